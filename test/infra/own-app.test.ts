import { rmSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, test } from 'vitest';
import { app } from '../../infra/examples/own-app.ts';
import { Rejoin } from '../../infra/rejoin.ts';
import { minimal, newApp, ofType, type SynthesizedTemplate, text } from './synth.ts';

describe('another CDK app', () => {
  const stack = app.node.findChild('Arcade') as Stack;
  afterAll(() => rmSync(app.synth().directory, { recursive: true }));

  test('holds two deployments in one stack, one with an operator API, which share nothing', () => {
    const template = Template.fromStack(stack).toJSON() as SynthesizedTemplate;
    for (const [type, count] of [
      ['AWS::DynamoDB::Table', 6],
      ['AWS::ApiGatewayV2::Api', 3],
      ['AWS::Lambda::Function', 18],
      ['AWS::IAM::Role', 18],
      ['AWS::Cognito::UserPool', 1],
    ] as const) {
      expect(ofType(template, type), type).toHaveLength(count);
    }
    const names = ofType(template, 'AWS::ApiGatewayV2::Api').map(([, { Properties }]) => Properties.Name);
    expect(names).toEqual(['Arcade Europe player API', 'Arcade EuropeOperators', 'Arcade Trial player API']);
    const europe = ofType(template, 'AWS::IAM::Role').filter(([id]) => id.startsWith('Europe'));
    expect(JSON.stringify(europe)).not.toMatch(/sg-Trial|"Trial/);
    expect(JSON.stringify(europe)).toMatch(
      /:gameliftstreams:us-west-2:111122223333:streamgroup\/sg-Racing2"/,
    );
  });

  test('gets no cdk-nag finding from our constructs', () => {
    expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
  });

  test('can have two sign-in pages in one Region: each is named after its own deployment', () => {
    const other = newApp();
    const [one, two] = [new Stack(other, 'One'), new Stack(other, 'Two')];
    for (const [where, id] of [
      [one, 'A'],
      [one, 'B'],
      [two, 'A'],
    ] as const)
      new Rejoin(where, id, minimal);
    const pages = [one, two].flatMap((each) =>
      ofType(Template.fromStack(each).toJSON() as SynthesizedTemplate, 'AWS::Cognito::UserPoolDomain').map(
        ([, { Properties }]) => text(Properties.Domain),
      ),
    );
    expect(new Set(pages).size).toBe(3);
  });
});
