import type { Settings } from '../../infra/settings/settings.ts';
import { listStackResources, type StackResource } from '../aws/cloudformation.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { checkAlarms } from './alarms.ts';
import { checkApiAccess, checkCors } from './api-access.ts';
import { checkClock, clockAheadMs } from './clock-check.ts';
import type { Clocks } from './clocks.ts';
import { checkDeployedSettings } from './deployed-settings.ts';
import { type Finding, unreadable, warning } from './finding.ts';
import { checkFunctions } from './functions.ts';
import type { Hints } from './hints.ts';
import { checkAudiences, checkIssuer } from './issuer.ts';
import { checkOutputs } from './outputs.ts';
import { checkBootstrap, describeStack, stackFinding } from './stacks.ts';
import type { TimedResponse } from './unsigned-fetch.ts';

/** A deployment's addresses, as in its stacks' outputs. */
export interface Addresses {
  api?: string | undefined;
  operatorApi?: string | undefined;
  issuer?: string | undefined;
  /** The audiences and the scope that are deployed. */
  audience?: readonly string[] | undefined;
  scope?: string | undefined;
}

/** A stack with such a status was deployed at least once, so its resources can be checked. */
const HAS_RESOURCES = /^(CREATE_COMPLETE|UPDATE_\w+|IMPORT_\w+)$/;

interface Deployment {
  addresses: Addresses;
  /** Names of the stacks whose resources can be checked. */
  stacks: string[];
  findings: Finding[];
}

/** Finds the deployment. It is no problem if nothing is deployed: the doctor may run before the first deployment. */
export async function findDeployment(signer: Signer, settings: Settings, hints: Hints): Promise<Deployment> {
  const { stackName, operators } = settings;
  const stack = await describeStack(signer, stackName);
  if (stack === undefined) {
    return { addresses: {}, stacks: [], findings: await checkBootstrap(signer, stackName, hints) };
  }
  if ('level' in stack) {
    const says = `${stack.says}, so the deployment was not checked`;
    return { addresses: {}, stacks: [], findings: [{ ...stack, says }] };
  }
  const { ApiUrl: api, Issuer: issuer, Audience, Scope: scope } = stack.outputs;
  const deployment: Deployment = {
    addresses: { api, issuer, audience: Audience?.split(' '), scope },
    stacks: HAS_RESOURCES.test(stack.status) ? [stackName] : [],
    findings: [
      stackFinding(stackName, stack, signer.region, hints),
      ...checkOutputs(settings, stack.outputs, hints),
    ],
  };
  if (operators === undefined) return deployment;
  const operatorName = `${stackName}Operator`;
  const operator = await describeStack(signer, operatorName);
  if (operator === undefined) {
    const says = 'is not deployed, and the settings have operators';
    deployment.findings.push(warning(`stack ${operatorName}`, says, hints.deploy));
  } else if ('level' in operator) {
    deployment.findings.push(operator);
  } else {
    deployment.addresses.operatorApi = operator.outputs.OperatorApiUrl;
    if (HAS_RESOURCES.test(operator.status)) deployment.stacks.push(operatorName);
    deployment.findings.push(stackFinding(operatorName, operator, signer.region, hints));
  }
  return deployment;
}

/** Checks a deployed stack: its settings, whether its functions run, and its alarms. */
export async function checkStack(
  signer: Signer,
  stackName: string,
  settings: Settings,
  { hints, now, hasLambdaMetrics }: { hints: Hints; now: number; hasLambdaMetrics: boolean },
): Promise<Finding[]> {
  const settingsFindings = checkDeployedSettings(signer, stackName, settings, hints);
  let resources: StackResource[];
  try {
    resources = await listStackResources(signer, stackName);
  } catch (error) {
    const call = { service: 'CloudFormation', action: 'cloudformation:ListStackResources' };
    return [...(await settingsFindings), unreadable(`functions and alarms of ${stackName}`, call, error)];
  }
  const checks = [
    settingsFindings,
    ...(hasLambdaMetrics ? [checkFunctions(signer, stackName, resources, now)] : []),
    checkAlarms(signer, stackName, resources, now),
  ];
  return (await Promise.all(checks)).flat();
}

/** Calls what is deployed without a token, and as a browser would. The clock is compared on the way. */
export async function checkDeployment(
  { api, operatorApi, issuer, audience }: Addresses,
  { webOrigins, identity }: Settings,
  context: { hints: Hints; clocks: Clocks; hasToken: boolean },
): Promise<{ findings: Finding[]; unauthorized: TimedResponse | undefined; aheadMs: number | undefined }> {
  const written = 'cognito' in identity ? undefined : identity;
  const issuers = new Set([issuer, written?.issuer].filter((each) => each !== undefined));
  const [issuerFindings, player, cors, operator] = await Promise.all([
    Promise.all([...issuers].map((each) => checkIssuer(each, context.clocks))),
    api === undefined ? undefined : checkApiAccess('player API', api, 401, context),
    api === undefined ? [] : checkCors(api, webOrigins, context),
    operatorApi === undefined ? undefined : checkApiAccess('operator API', operatorApi, 403, context),
  ]);
  const unauthorized = player?.response;
  const aheadMs = unauthorized === undefined ? undefined : clockAheadMs(unauthorized);
  return {
    findings: [
      ...issuerFindings.flat(),
      ...checkAudiences(written?.audience ?? audience ?? []),
      ...(player === undefined ? [] : [player.finding]),
      ...cors,
      ...(operator === undefined ? [] : [operator.finding]),
      ...(api === undefined ? [] : [checkClock(aheadMs, 'the player API')]),
    ],
    unauthorized,
    aheadMs,
  };
}
