import { findStack, getTemplate, listStackResources } from '../aws/cloudformation.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { settingsIn } from '../aws/template.ts';
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
  // A template of another form tells no Regions. Whoever deployed it by other means knows the Region of the stack.
  const deployed = settingsIn(await getTemplate(signer, stackName));
  const groups = (deployed?.streamGroups ?? []) as { id: string; region: string }[];
  return {
    logGroups: resources.filter(({ type }) => type === 'AWS::Logs::LogGroup').map(({ name }) => name),
    regions: new Map(groups.map(({ id, region }) => [id, region])),
    issuer: player.outputs.Issuer,
    operatorApi: operator?.outputs.OperatorApiUrl,
    auditTable: operator?.outputs.AuditTable,
  };
}
