import type { Settings } from '../infra/settings.ts';
import { Failure } from '../operator/failure.ts';
import { findStack, type Stack } from '../operator/query-api.ts';
import { networkReason, type Signer } from '../operator/signed-fetch.ts';
import { checkCors, checkDoor } from './api.ts';
import { type Finding, ok, problem, unknown, warning } from './finding.ts';
import { checkIssuer } from './issuer.ts';

/** Where a deployment answers, by its stacks' outputs. */
export interface Addresses {
  api?: string | undefined;
  operatorApi?: string | undefined;
  issuer?: string | undefined;
}

const DEPLOY = 'npx cdk deploy --all';

async function lookUp(signer: Signer, name: string): Promise<Stack | undefined | Finding> {
  try {
    return await findStack(signer, name);
  } catch (error) {
    const reason = error instanceof Failure ? error.message : networkReason(error);
    const says = `CloudFormation cannot be asked (${reason})`;
    return unknown(
      `stack ${name}`,
      says,
      'allow cloudformation:DescribeStacks, or check --region and --profile',
    );
  }
}

/** Complete is what ends so and neither went back nor is about to. */
function stackFinding(name: string, { status }: Stack, region: string): Finding {
  const subject = `stack ${name}`;
  if (status.endsWith('_IN_PROGRESS')) {
    return warning(subject, `is being changed (${status})`, 'wait until it is done, then ask again');
  }
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status))
    return ok(subject, `is deployed in ${region} (${status})`);
  if (status === 'UPDATE_ROLLBACK_COMPLETE') {
    return warning(
      subject,
      'its last deployment failed and went back',
      'see its events in the CloudFormation console, then deploy again',
    );
  }
  return problem(
    subject,
    `is ${status}`,
    'see its events in the CloudFormation console; a failed creation must be deleted first',
  );
}

/** What is set up in the account so that the CDK can deploy; asked only where nothing is deployed yet. */
async function beforeFirst(signer: Signer, name: string): Promise<Finding[]> {
  const toolkit = await lookUp(signer, 'CDKToolkit');
  const subject = `stack ${name}`;
  if (toolkit === undefined) {
    return [
      warning(
        subject,
        `is not deployed, and ${signer.region} not bootstrapped for the CDK`,
        `npx cdk bootstrap, then ${DEPLOY}`,
      ),
    ];
  }
  return [ok(subject, `is not deployed in ${signer.region} yet: ${DEPLOY}`)];
}

/** Looks the deployment up. Nothing deployed is no problem: then the doctor was asked before. */
export async function findDeployment(
  signer: Signer,
  settings: Settings,
): Promise<{ addresses: Addresses; findings: Finding[] }> {
  const { stackName, operators } = settings;
  const stack = await lookUp(signer, stackName);
  if (stack === undefined) return { addresses: {}, findings: await beforeFirst(signer, stackName) };
  if ('level' in stack) return { addresses: {}, findings: [stack] };
  const { ApiUrl: api, Issuer: issuer, Audience, Scope } = stack.outputs;
  const findings = [
    stackFinding(stackName, stack, signer.region),
    ...outdated(settings, { issuer, Audience, Scope }),
  ];
  if (operators === undefined) return { addresses: { api, issuer }, findings };
  const operatorName = `${stackName}Operator`;
  const operator = await lookUp(signer, operatorName);
  if (operator === undefined) {
    const says = 'is not deployed, and the settings have operators';
    return {
      addresses: { api, issuer },
      findings: [...findings, warning(`stack ${operatorName}`, says, DEPLOY)],
    };
  }
  if ('level' in operator) return { addresses: { api, issuer }, findings: [...findings, operator] };
  return {
    addresses: { api, issuer, operatorApi: operator.outputs.OperatorApiUrl },
    findings: [...findings, stackFinding(operatorName, operator, signer.region)],
  };
}

/** Whose tokens the deployed API takes, where the settings have come to say something else. */
function outdated(
  { identity }: Settings,
  { issuer, Audience, Scope }: Record<string, string | undefined>,
): Finding[] {
  if ('cognito' in identity) return [];
  const pairs = [
    ['issuer', issuer, identity.issuer],
    ['audience', Audience, identity.audience.join(' ')],
    ['scope', Scope, identity.scope],
  ] as const;
  return pairs
    .filter(([, deployed, written]) => deployed !== undefined && deployed !== written)
    .map(([name, deployed, written]) =>
      warning(`identity.${name}`, `${deployed} is deployed, and the settings say ${written}`, DEPLOY),
    );
}

/** Asks what is deployed as a stranger and as a browser would. */
export async function checkDeployment(
  { api, operatorApi, issuer }: Addresses,
  { webOrigins, identity }: Settings,
): Promise<Finding[]> {
  const written = 'cognito' in identity ? undefined : identity.issuer;
  const issuers = new Set([issuer, written].filter((each) => each !== undefined));
  const found = await Promise.all([
    ...[...issuers].map(checkIssuer),
    ...(api === undefined ? [] : [checkDoor('player API', api, 401), checkCors(api, webOrigins)]),
    ...(operatorApi === undefined ? [] : [checkDoor('operator API', operatorApi, 403)]),
  ]);
  return found.flat();
}
