import type { Settings } from '../../infra/settings/settings.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { checkAlarms } from './alarms.ts';
import { checkCors, checkDoor } from './api.ts';
import { type Finding, unreadable, warning } from './finding.ts';
import { checkFunctions } from './functions.ts';
import type { Hints } from './hints.ts';
import { checkIssuer } from './issuer.ts';
import { checkTemplate } from './outdated.ts';
import { checkOutputs } from './outputs.ts';
import { listParts, type Part } from './stack-parts.ts';
import { beforeFirst, lookUp, stackFinding } from './stacks.ts';

/** Where a deployment answers, by its stacks' outputs. */
export interface Addresses {
  api?: string | undefined;
  operatorApi?: string | undefined;
  issuer?: string | undefined;
}

/** What was deployed once and is there to be looked into, whatever became of it since. */
const STANDS = /^(CREATE_COMPLETE|UPDATE_\w+|IMPORT_\w+)$/;

interface Deployment {
  addresses: Addresses;
  /** Names of the stacks that are there to be looked into. */
  stacks: string[];
  findings: Finding[];
}

/** Looks the deployment up. Nothing deployed is no problem: then the doctor was asked before. */
export async function findDeployment(signer: Signer, settings: Settings, hints: Hints): Promise<Deployment> {
  const { stackName, operators } = settings;
  const stack = await lookUp(signer, stackName);
  if (stack === undefined) {
    return { addresses: {}, stacks: [], findings: await beforeFirst(signer, stackName, hints) };
  }
  if ('level' in stack) {
    const says = `${stack.says}, so nothing that is deployed was looked at`;
    return { addresses: {}, stacks: [], findings: [{ ...stack, says }] };
  }
  const { ApiUrl: api, Issuer: issuer } = stack.outputs;
  const found: Deployment = {
    addresses: { api, issuer },
    stacks: STANDS.test(stack.status) ? [stackName] : [],
    findings: [
      stackFinding(stackName, stack, signer.region, hints),
      ...checkOutputs(settings, stack.outputs, hints),
    ],
  };
  if (operators === undefined) return found;
  const operatorName = `${stackName}Operator`;
  const operator = await lookUp(signer, operatorName);
  if (operator === undefined) {
    const says = 'is not deployed, and the settings have operators';
    found.findings.push(warning(`stack ${operatorName}`, says, hints.deploy));
  } else if ('level' in operator) {
    found.findings.push(operator);
  } else {
    found.addresses.operatorApi = operator.outputs.OperatorApiUrl;
    if (STANDS.test(operator.status)) found.stacks.push(operatorName);
    found.findings.push(stackFinding(operatorName, operator, signer.region, hints));
  }
  return found;
}

/** Looks into a stack that is there: does what runs in it run, does an alarm ring, was it deployed with these settings? */
export async function checkStack(
  signer: Signer,
  stackName: string,
  settings: Settings,
  { hints, now }: { hints: Hints; now: number },
): Promise<Finding[]> {
  const template = checkTemplate(signer, stackName, settings, hints);
  let parts: Part[];
  try {
    parts = await listParts(signer, stackName);
  } catch (error) {
    const asked = { service: 'CloudFormation', action: 'cloudformation:ListStackResources' };
    return [...(await template), unreadable(`functions and alarms of ${stackName}`, asked, error)];
  }
  const looks = [
    template,
    checkFunctions(signer, stackName, parts, now),
    checkAlarms(signer, stackName, parts),
  ];
  return (await Promise.all(looks)).flat();
}

/** Asks what is deployed as a stranger and as a browser would. */
export async function checkDeployment(
  { api, operatorApi, issuer }: Addresses,
  { webOrigins, identity }: Settings,
  hints: Hints,
): Promise<Finding[]> {
  const written = 'cognito' in identity ? undefined : identity.issuer;
  const issuers = new Set([issuer, written].filter((each) => each !== undefined));
  const found = await Promise.all([
    ...[...issuers].map(checkIssuer),
    ...(api === undefined
      ? []
      : [checkDoor('player API', api, 401, hints), checkCors(api, webOrigins, hints)]),
    ...(operatorApi === undefined ? [] : [checkDoor('operator API', operatorApi, 403, hints)]),
  ]);
  return found.flat();
}
