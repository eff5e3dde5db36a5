import { EXIT, Failure } from './failure.ts';
import { query } from './query.ts';
import { networkReason, type Signer } from './signed-fetch.ts';
import { element, members } from './xml.ts';

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
  const outputs = members(xml, 'Outputs').flatMap((member) => {
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
