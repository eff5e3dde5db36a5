import { getTemplate, stackOutputs } from '../aws/cloudformation.ts';
import { createSigner } from '../aws/signer.ts';
import { settingsIn } from '../aws/template.ts';
import type { Arguments } from './arguments.ts';
import type { DeployedStack } from './target.ts';

const DEFAULT_STACK = 'Rejoin';

/** Reads the player API's stack. @throws Failure that says what is wrong with stack, Region, credentials or permission */
export async function readStack(
  given: Pick<Arguments, 'stack' | 'region' | 'profile'>,
): Promise<DeployedStack> {
  const signer = await createSigner(given);
  const name = given.stack ?? DEFAULT_STACK;
  const outputs = await stackOutputs(signer, name);
  // Without this permission the stream group can still be given by hand.
  const template = await getTemplate(signer, name).catch(() => '');
  const streamGroups = settingsIn(template)?.streamGroups as DeployedStack['streamGroups'];
  return { name, region: signer.region, outputs, streamGroups };
}
