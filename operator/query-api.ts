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

/**
 * The outputs of a CloudFormation stack.
 * @throws Failure that says what is wrong with stack, Region or permission
 */
export async function stackOutputs(signer: Signer, stackName: string): Promise<Record<string, string>> {
  let xml: string;
  try {
    xml = await query(signer, 'cloudformation', {
      Action: 'DescribeStacks',
      Version: '2010-05-15',
      StackName: stackName,
    });
  } catch (error) {
    const reason = error instanceof Failure ? error.message : networkReason(error);
    throw new Failure(
      `The outputs of stack ${stackName} in ${signer.region} cannot be read (${reason}): check --stack, --region and --profile, or give what is needed with --api and --issuer.`,
      error instanceof Failure ? error.exitCode : EXIT.failed,
      { cause: error },
    );
  }
  const members = /<Outputs>([\s\S]*?)<\/Outputs>/.exec(xml)?.[1]?.split('</member>') ?? [];
  return Object.fromEntries(
    members.flatMap((member) => {
      const [key, value] = [element(member, 'OutputKey'), element(member, 'OutputValue')];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
}

/** The ARN of whoever signs, or undefined where AWS does not say. */
export async function callerArn(signer: Signer): Promise<string | undefined> {
  try {
    return element(await query(signer, 'sts', { Action: 'GetCallerIdentity', Version: '2011-06-15' }), 'Arn');
  } catch {
    return undefined;
  }
}
