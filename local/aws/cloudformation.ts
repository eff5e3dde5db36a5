import type { StackModel } from '../template/model.ts';
import { AwsError } from './aws-error.ts';

const escapeXml = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const element = (name: string, text: string) => `<${name}>${escapeXml(text)}</${name}>`;
const list = (name: string, members: readonly string[]) =>
  `<${name}>${members.map((member) => `<member>${member}</member>`).join('')}</${name}>`;

function describeStacks(stack: StackModel): string {
  const outputs = Object.entries(stack.outputs).map(
    ([key, value]) => element('OutputKey', key) + element('OutputValue', value),
  );
  const created = element('CreationTime', new Date(0).toISOString());
  const inside =
    element('StackName', stack.name) +
    created +
    element('StackStatus', 'CREATE_COMPLETE') +
    list('Outputs', outputs);
  return list('Stacks', [inside]);
}

function listStackResources(stack: StackModel): string {
  const summaries = stack.resources.map(
    ({ logicalId, type, physicalId }) =>
      element('LogicalResourceId', logicalId) +
      element('PhysicalResourceId', physicalId) +
      element('ResourceType', type) +
      element('ResourceStatus', 'CREATE_COMPLETE'),
  );
  return list('StackResourceSummaries', summaries);
}

const ACTIONS: Readonly<Record<string, (stack: StackModel) => string>> = {
  DescribeStacks: describeStacks,
  ListStackResources: listStackResources,
  GetTemplate: (stack) => element('TemplateBody', stack.template),
};

/**
 * CloudFormation's actions that read a stack, in its Query protocol.
 * @returns the XML of the response
 * @throws AwsError for a stack or an action that there is not
 */
export function cloudFormation(stacks: readonly StackModel[], body: string): string {
  const parameters = new URLSearchParams(body);
  const action = parameters.get('Action') ?? '';
  const name = parameters.get('StackName') ?? '';
  const answer = ACTIONS[action];
  if (answer === undefined) throw new AwsError('InvalidAction', `The local deployment has no ${action}.`);
  const stack = stacks.find((each) => each.name === name);
  if (stack === undefined) throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
  return `<${action}Response><${action}Result>${answer(stack)}</${action}Result></${action}Response>`;
}

/** An error in the Query protocol. */
export const xmlError = ({ code, message }: AwsError): string =>
  `<ErrorResponse><Error><Type>Sender</Type>${element('Code', code)}${element('Message', message)}</Error></ErrorResponse>`;
