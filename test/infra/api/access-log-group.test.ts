/** Log groups of the APIs: their names, as CloudFormation makes them for stacks with ids of their own. */
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { RejoinOperator } from '../../../infra/operator.ts';
import { OperatorStack } from '../../../infra/operator-stack.ts';
import { Rejoin } from '../../../infra/rejoin.ts';
import { RejoinStack } from '../../../infra/rejoin-stack.ts';
import { resolveIntrinsics } from '../../../local/template/intrinsics.ts';
import { minimal, newApp, ofType, type SynthesizedTemplate } from '../synth.ts';

let created = 0;
/** The id of a stack that CloudFormation creates now: never the same again. */
const newStackId = (stackName: string) => {
  created += 1;
  const id = `51af3dc0-da77-11e4-872e-${String(created).padStart(12, '0')}`;
  return `arn:aws:cloudformation:us-west-2:123456789012:stack/${stackName}/${id}`;
};

/** The names of the log groups that API Gateway writes to. */
function accessLogGroups(stack: Stack, stackId = newStackId(stack.stackName)): string[] {
  const template = Template.fromStack(stack).toJSON() as SynthesizedTemplate;
  const scope = {
    ref: () => undefined,
    getAtt: () => undefined,
    importValue: () => undefined,
    pseudo: { 'AWS::StackId': stackId },
  };
  return ofType(template, 'AWS::ApiGatewayV2::Stage').map(([, { Properties }]) => {
    const [logGroup] = Properties.AccessLogSettings.DestinationArn['Fn::GetAtt'];
    return String(
      resolveIntrinsics(template.Resources[logGroup]?.Properties.LogGroupName, scope, stack.stackName),
    );
  });
}

const settings = { ...minimal, operators: [] };
const rejoinStacks = (stackName: string): Stack[] => {
  const app = newApp();
  const player = new RejoinStack(app, { ...settings, stackName });
  return [player, new OperatorStack(app, player.rejoin)];
};

test('the log groups of both APIs have the prefix for which AWS needs no policy of their own', () => {
  const names = rejoinStacks('Rejoin').flatMap((stack) => accessLogGroups(stack));
  expect(names).toEqual([
    expect.stringMatching(/^\/aws\/vendedlogs\/rejoin\/Rejoin-PlayerApi-\w{8}\/51af3dc0-[0-9a-f-]{27}$/),
    expect.stringMatching(/^\/aws\/vendedlogs\/rejoin\/RejoinOperator-Api-\w{8}\/51af3dc0-[0-9a-f-]{27}$/),
  ]);
});

test('no two deployments in an account share a log group, in stacks of their own or in one stack', () => {
  const app = newApp();
  const shared = new Stack(app, 'Arcade');
  for (const id of ['Europe', 'Trial']) {
    const rejoin = new Rejoin(shared, id, settings);
    new RejoinOperator(shared, `${id}Operators`, rejoin);
  }
  const names = [shared, ...rejoinStacks('Rejoin'), ...rejoinStacks('Stage')].flatMap((stack) =>
    accessLogGroups(stack),
  );
  expect(names).toHaveLength(8);
  expect(new Set(names).size).toBe(8);
});

test('a stack that is deleted and created again does not meet the log groups that were retained', () => {
  const [before, after] = [rejoinStacks('Rejoin'), rejoinStacks('Rejoin')].map((stacks) =>
    stacks.flatMap((stack) => accessLogGroups(stack)),
  );
  for (const name of after ?? []) expect(before).not.toContain(name);
});

test('an update of a stack keeps its log groups', () => {
  const [[player]] = [rejoinStacks('Rejoin')];
  const stackId = newStackId('Rejoin');
  const updated = new RejoinStack(newApp(), { ...settings, memoryMb: 1024 });
  expect(accessLogGroups(updated, stackId)).toEqual(accessLogGroups(player as Stack, stackId));
});

test('a name is allowed and fits, however long the name of the stack is', () => {
  const [player, operator] = rejoinStacks('R'.repeat(110)) as [Stack, Stack];
  for (const name of [player, operator].flatMap((stack) => accessLogGroups(stack))) {
    expect(name).toMatch(/^[\w./#-]{1,512}$/);
  }
});
