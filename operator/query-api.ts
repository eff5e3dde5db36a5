import { EXIT, Failure } from './failure.ts';
import { networkReason, type Signer, signedFetch } from './signed-fetch.ts';

const TIMEOUT_MS = 15_000;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const plain = (text: string) => text.replace(/&(\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
const element = (xml: string, name: string): string | undefined => {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found === undefined ? undefined : plain(found);
};

/** Calls one of AWS's services of the Query kind. For two small calls an SDK client each would be much to install. */
async function query(
  signer: Signer,
  service: 'cloudformation' | 'sts',
  parameters: Record<string, string>,
): Promise<string> {
  // The SDKs' own variable for an endpoint of one's own.
  const endpoint =
    process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??
    `https://${service}.${signer.region}.amazonaws.com/`;
  const answer = await signedFetch(signer, {
    method: 'POST',
    url: new URL(endpoint),
    service,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
    timeoutMs: TIMEOUT_MS,
  });
  if (answer.status === 200) return answer.text;
  throw new Failure(
    element(answer.text, 'Message') ?? `${service} answered ${answer.status}`,
    answer.status === 403 ? EXIT.refused : EXIT.failed,
    { code: element(answer.text, 'Code') },
  );
}

/** A CloudFormation stack as it stands. */
export interface Stack {
  /** Such as `CREATE_COMPLETE`. */
  status: string;
  outputs: Record<string, string>;
}

/**
 * What CloudFormation says of a stack, or undefined where there is none of that name in the Region.
 * @throws Failure with AWS's own sentence, or whatever credentials and network fail with
 */
export async function findStack(signer: Signer, stackName: string): Promise<Stack | undefined> {
  let xml: string;
  try {
    xml = await query(signer, 'cloudformation', {
      Action: 'DescribeStacks',
      Version: '2010-05-15',
      StackName: stackName,
    });
  } catch (error) {
    if (isMissingStack(error)) return undefined;
    throw error;
  }
  const members = /<Outputs>([\s\S]*?)<\/Outputs>/.exec(xml)?.[1]?.split('</member>') ?? [];
  const outputs = members.flatMap((member) => {
    const [key, value] = [element(member, 'OutputKey'), element(member, 'OutputValue')];
    return key === undefined || value === undefined ? [] : [[key, value]];
  });
  return { status: element(xml, 'StackStatus') ?? 'UNKNOWN', outputs: Object.fromEntries(outputs) };
}

/** CloudFormation has no error code of its own for a stack that is not there. */
const isMissingStack = (error: unknown) =>
  error instanceof Failure && error.code === 'ValidationError' && / does not exist\b/.test(error.message);

/**
 * The outputs of a CloudFormation stack.
 * @throws Failure that says what is wrong with stack, Region or permission
 */
export async function stackOutputs(signer: Signer, stackName: string): Promise<Record<string, string>> {
  let reason = `Stack with id ${stackName} does not exist`;
  let cause: unknown;
  try {
    const stack = await findStack(signer, stackName);
    if (stack) return stack.outputs;
  } catch (error) {
    cause = error;
    reason = error instanceof Failure ? error.message : networkReason(error);
  }
  throw new Failure(
    `The outputs of stack ${stackName} in ${signer.region} cannot be read (${reason}): check --stack, --region and --profile, or give what is needed with --api and --issuer.`,
    cause instanceof Failure ? cause.exitCode : EXIT.failed,
    { cause },
  );
}

/** Whom the credentials belong to. @throws Failure with AWS's own sentence, or whatever credentials and network fail with */
export async function callerIdentity(signer: Signer): Promise<{ arn?: string; account?: string }> {
  const xml = await query(signer, 'sts', { Action: 'GetCallerIdentity', Version: '2011-06-15' });
  const [arn, account] = [element(xml, 'Arn'), element(xml, 'Account')];
  return { ...(arn !== undefined && { arn }), ...(account !== undefined && { account }) };
}

/** The ARN of whoever signs, or undefined where AWS does not say. */
export async function callerArn(signer: Signer): Promise<string | undefined> {
  return (await callerIdentity(signer).catch(() => undefined))?.arn;
}
