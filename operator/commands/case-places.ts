import { callerArn } from '../aws/caller.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { createSigner } from '../aws/signer.ts';
import { localDirectory, localEndpoints } from '../cli/local-deployment.ts';
import type { ContextOptions } from './context.ts';

/** Where a case is collected from, and by whom: always with the operator's own credentials. */
export interface CasePlaces {
  /** CloudFormation and CloudWatch Logs. */
  stacks: Signer;
  gameLiftStreams: Signer;
  /** The audit table. */
  table: Signer;
  /** For the operator API. */
  api: Signer;
  /** Undefined: where the stacks' outputs say. */
  operatorApi?: string | undefined;
  issuer?: string | undefined;
  whoAmI(): Promise<string>;
}

/** @throws Failure that says what to give */
export async function casePlaces(options: ContextOptions): Promise<CasePlaces> {
  if (!options.local) {
    const signer = await createSigner({ region: options.region, profile: options.profile });
    return {
      stacks: signer,
      gameLiftStreams: signer,
      table: signer,
      api: signer,
      operatorApi: options.api,
      whoAmI: async () => (await callerArn(signer)) ?? 'these credentials',
    };
  }
  const { region, aws, gameLiftStreams, table, operatorApi, identity, deployer, operator } = localEndpoints(
    localDirectory(options.directory),
  );
  const at = (endpoint: string): Signer => ({ region, credentials: deployer, endpoint });
  return {
    stacks: at(aws),
    gameLiftStreams: at(gameLiftStreams),
    table: at(table),
    api: { region, credentials: operator },
    operatorApi: operatorApi ?? undefined,
    issuer: identity,
    whoAmI: async () => `the local operator (access key ${operator.accessKeyId})`,
  };
}
