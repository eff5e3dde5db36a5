import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { EXIT, Failure } from '../cli/failure.ts';
import { allPages, clientConfig, withClient } from './client.ts';
import { failureReason, type Signer } from './signed-fetch.ts';

/** A CloudFormation stack. */
export interface Stack {
  /** Such as `CREATE_COMPLETE`. */
  status: string;
  outputs: Record<string, string>;
}

export interface StackResource {
  /** The name in the template. */
  logicalId: string;
  /** Such as `AWS::Lambda::Function`. */
  type: string;
  /** The name in AWS (physical id). */
  name: string;
}

const createClient = (signer: Signer) => new CloudFormationClient(clientConfig(signer));

/**
 * Describes a stack.
 * @returns undefined if the Region has no stack of that name
 * @throws Failure with AWS's own sentence, or whatever credentials and network fail with
 */
export async function findStack(signer: Signer, stackName: string): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await withClient(createClient(signer), (client) =>
      client.send(new DescribeStacksCommand({ StackName: stackName })),
    );
    const [stack] = Stacks;
    if (stack === undefined) throw new Failure('its answer has no stack', EXIT.failed);
    const outputs = (stack.Outputs ?? []).flatMap(({ OutputKey: key, OutputValue: value }) =>
      key === undefined || value === undefined ? [] : [[key, value]],
    );
    return { status: stack.StackStatus ?? 'UNKNOWN', outputs: Object.fromEntries(outputs) };
  } catch (error) {
    if (isMissingStack(error)) return undefined;
    throw error;
  }
}

/** CloudFormation has no error code of its own for a stack that does not exist. */
const isMissingStack = (error: unknown) =>
  error instanceof Failure && error.code === 'ValidationError' && / does not exist\b/.test(error.message);

/**
 * The outputs of a stack.
 * @param otherwise what a person may give instead, for the error
 * @throws Failure that says what is wrong with stack, Region or permission
 */
export async function stackOutputs(
  signer: Signer,
  stackName: string,
  otherwise?: string,
): Promise<Record<string, string>> {
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
    `The outputs of stack ${stackName} in ${signer.region} cannot be read (${reason}): check --stack, --region and --profile${otherwise === undefined ? '' : `, or ${otherwise}`}.`,
    cause instanceof Failure ? cause.exitCode : EXIT.failed,
    { cause },
  );
}

/** The resources of a stack, without deleted ones. @throws Failure, or whatever credentials and network fail with */
export async function listStackResources(signer: Signer, stackName: string): Promise<StackResource[]> {
  const summaries = await withClient(createClient(signer), (client) =>
    allPages(
      paginateListStackResources({ client, stopOnSameToken: true }, { StackName: stackName }),
      (page) => page.StackResourceSummaries,
    ),
  );
  return summaries.flatMap(({ LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus }) =>
    ResourceType === undefined || !PhysicalResourceId || ResourceStatus === 'DELETE_COMPLETE'
      ? []
      : [{ logicalId: LogicalResourceId ?? '', type: ResourceType, name: PhysicalResourceId }],
  );
}

/** The template that was deployed last. @throws Failure, or whatever credentials and network fail with */
export async function getTemplate(signer: Signer, stackName: string): Promise<string> {
  const { TemplateBody = '' } = await withClient(createClient(signer), (client) =>
    client.send(new GetTemplateCommand({ StackName: stackName })),
  );
  return TemplateBody;
}
