import { EXIT, Failure } from '../cli/failure.ts';
import { query } from './query.ts';
import { failureReason, type Signer } from './signed-fetch.ts';
import { element, members } from './xml.ts';

const VERSION = '2010-05-15';
/** More pages than a stack can have resources. A list that never ends is not read further. */
const MAX_PAGES = 20;

/** A CloudFormation stack. */
export interface Stack {
  /** Such as `CREATE_COMPLETE`. */
  status: string;
  outputs: Record<string, string>;
}

export interface StackResource {
  /** Such as `AWS::Lambda::Function`. */
  type: string;
  /** The name in AWS (physical id). */
  name: string;
}

/**
 * Describes a stack.
 * @returns undefined if the Region has no stack of that name
 * @throws Failure with AWS's own sentence, or whatever credentials and network fail with
 */
export async function findStack(signer: Signer, stackName: string): Promise<Stack | undefined> {
  let xml: string;
  try {
    const parameters = { Action: 'DescribeStacks', Version: VERSION, StackName: stackName };
    xml = await query(signer, 'cloudformation', parameters);
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

/** CloudFormation has no error code of its own for a stack that does not exist. */
const isMissingStack = (error: unknown) =>
  error instanceof Failure && error.code === 'ValidationError' && / does not exist\b/.test(error.message);

/**
 * The outputs of a stack.
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
    reason = failureReason(error);
  }
  throw new Failure(
    `The outputs of stack ${stackName} in ${signer.region} cannot be read (${reason}): check --stack, --region and --profile, or give what is needed with --api and --issuer.`,
    cause instanceof Failure ? cause.exitCode : EXIT.failed,
    { cause },
  );
}

/** The resources of a stack, without deleted ones. @throws Failure, or whatever credentials and network fail with */
export async function listStackResources(signer: Signer, stackName: string): Promise<StackResource[]> {
  const resources: StackResource[] = [];
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const xml = await query(signer, 'cloudformation', {
      Action: 'ListStackResources',
      Version: VERSION,
      StackName: stackName,
      ...(next !== undefined && { NextToken: next }),
    });
    for (const member of members(xml, 'StackResourceSummaries')) {
      const type = element(member, 'ResourceType');
      const name = element(member, 'PhysicalResourceId');
      const isDeleted = element(member, 'ResourceStatus') === 'DELETE_COMPLETE';
      if (type !== undefined && name && !isDeleted) resources.push({ type, name });
    }
    next = element(xml, 'NextToken');
    if (!next) return resources;
  }
  throw new Failure(`${stackName} has more resources than a stack may have`, EXIT.failed);
}

/** The template that was deployed last. @throws Failure, or whatever credentials and network fail with */
export async function getTemplate(signer: Signer, stackName: string): Promise<string> {
  const parameters = { Action: 'GetTemplate', Version: VERSION, StackName: stackName };
  return element(await query(signer, 'cloudformation', parameters), 'TemplateBody') ?? '';
}
