import { findStack, getTemplate, listStackResources } from '../aws/cloudformation.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { EXIT, Failure } from '../cli/failure.ts';

/** What a case needs to know of a deployment. */
export interface CaseDeployment {
  /** Of both APIs and all their functions. */
  logGroups: string[];
  /** The Region of each stream group. */
  regions: ReadonlyMap<string, string>;
  issuer: string | undefined;
  operatorApi: string | undefined;
  auditTable: string | undefined;
}

interface TemplateResource {
  Properties?: { Environment?: { Variables?: { SETTINGS?: unknown } } };
}

/** The settings that a deployment hands its functions. Undefined: the template is not as this version writes it. */
function streamGroupsIn(template: string): { id: string; region: string }[] {
  try {
    const { Resources = {} }: { Resources?: Record<string, TemplateResource> } = JSON.parse(template);
    for (const { Properties } of Object.values(Resources)) {
      const settings = Properties?.Environment?.Variables?.SETTINGS;
      if (typeof settings === 'string') return JSON.parse(settings).streamGroups ?? [];
    }
  } catch {
    // Whoever deployed it by other means knows the Region of the stack.
  }
  return [];
}

/**
 * Reads where a deployment's logs are, from CloudFormation. The stack of the operator API may be missing.
 * @throws Failure that says what is wrong with stack, Region or permission
 */
export async function findCaseDeployment(signer: Signer, stackName: string): Promise<CaseDeployment> {
  const operatorStack = `${stackName}Operator`;
  const [player, operator] = await Promise.all([
    findStack(signer, stackName),
    findStack(signer, operatorStack),
  ]);
  if (player === undefined) {
    throw new Failure(
      `There is no stack ${stackName} in ${signer.region}: check --stack, --region and --profile.`,
      EXIT.failed,
    );
  }
  const stacks = [stackName, ...(operator === undefined ? [] : [operatorStack])];
  const resources = (await Promise.all(stacks.map((name) => listStackResources(signer, name)))).flat();
  const groups = streamGroupsIn(await getTemplate(signer, stackName));
  return {
    logGroups: resources.filter(({ type }) => type === 'AWS::Logs::LogGroup').map(({ name }) => name),
    regions: new Map(groups.map(({ id, region }) => [id, region])),
    issuer: player.outputs.Issuer,
    operatorApi: operator?.outputs.OperatorApiUrl,
    auditTable: operator?.outputs.AuditTable,
  };
}
