import { App, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { RejoinOperator } from '../../../infra/operator.ts';
import { Rejoin } from '../../../infra/rejoin.ts';
import { temporaryDirectory } from '../../temporary.ts';
import { newApp, ofType, type SynthesizedTemplate, text } from '../synth.ts';
import { bothIn, deployedRoutes, ownStack, streamGroups, templateIn } from './own-stack.ts';

test('a permissions boundary of the app is on every role', () => {
  const stack = ownStack();
  bothIn(stack, { probe: true });
  PermissionsBoundary.of(stack).apply(ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'Arcade'));
  const roles = ofType(templateIn(stack), 'AWS::IAM::Role');
  expect(roles).toHaveLength(deployedRoutes.length + 1);
  for (const [id, { Properties }] of roles) {
    expect(text(Properties.PermissionsBoundary), id).toMatch(/:policy\/Arcade$/);
  }
});

test('tags of the app are on every table, function and log group, beside our own', () => {
  const stack = ownStack();
  bothIn(stack, { tags: { team: 'arcade' } });
  Tags.of(stack).add('cost-center', '42');
  const template = templateIn(stack);
  const tagged = ['AWS::DynamoDB::Table', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup'].flatMap((type) =>
    ofType(template, type),
  );
  expect(tagged).toHaveLength(4 + 2 * deployedRoutes.length + 2);
  for (const [id, { Properties }] of tagged) {
    const tags = Properties.Tags.map(
      ({ Key: name, Value }: { Key: string; Value: string }) => `${name}=${Value}`,
    );
    expect(tags, id).toEqual(expect.arrayContaining(['application=rejoin', 'cost-center=42', 'team=arcade']));
  }
});

test('stages in two accounts have a deployment each, with names and grants of their own', () => {
  const app = newApp();
  const [test, live] = ['111111111111', '222222222222'].map((account, at) => {
    const stage = new Stage(app, ['Test', 'Live'][at] ?? '', { env: { account, region: 'eu-west-1' } });
    const stack = new Stack(stage, 'Arcade');
    const rejoin = new Rejoin(stack, 'Rejoin', { streamGroups, operators: [] });
    rejoin.addOutputs();
    new RejoinOperator(new Stack(stage, 'Operators'), 'Operator', rejoin).addOutputs();
    return stack;
  });
  app.synth();
  const templates = [test, live].map(
    (stack) => Template.fromStack(stack as Stack).toJSON() as SynthesizedTemplate,
  );
  const names = templates.map((template) =>
    ofType(template, 'AWS::ApiGatewayV2::Api').map(([, { Properties }]) => Properties.Name),
  );
  expect(names).toEqual([['Test-Arcade Rejoin player API'], ['Live-Arcade Rejoin player API']]);
  const grants = templates.map((template) => JSON.stringify(ofType(template, 'AWS::IAM::Role')));
  expect(grants[0]).toContain(':gameliftstreams:us-west-2:111111111111:streamgroup/sg-A');
  expect(grants[1]).toContain(':gameliftstreams:us-west-2:222222222222:streamgroup/sg-A');
  expect(grants[1]).not.toContain('111111111111');
});

test('the app’s own cdk-nag finds nothing in our constructs, with a key or without, and finds a mistake of its own', () => {
  const app = new App({ outdir: temporaryDirectory(), context: { 'aws:cdk:bundling-stacks': [] } });
  const plain = new Stack(app, 'Plain');
  bothIn(plain, { probe: true });
  const encrypted = new Stack(app, 'Encrypted');
  const encryptionKey = new Key(encrypted, 'Key', { enableKeyRotation: true });
  bothIn(encrypted, { encryptionKey, probe: true });
  const findings = () =>
    new AwsSolutionsChecks(app)
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      );
  expect(findings()).toEqual([]);
  new Key(plain, 'Own', {});
  expect(findings()).toEqual(['AwsSolutions-KMS5 at Plain/Own/Resource']);
});
