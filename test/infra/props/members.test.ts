import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CfnResource } from 'aws-cdk-lib';
import { Alarm, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { RejoinOperator } from '../../../infra/operator.ts';
import { Rejoin } from '../../../infra/rejoin.ts';
import { operatorRoutes } from '../../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';
import { ofType, text } from '../synth.ts';
import { ownStack, streamGroups, templateIn } from './own-stack.ts';

const stack = ownStack();
const rejoin = new Rejoin(stack, 'Rejoin', { streamGroups, operators: [], probe: true });
const operators = new RejoinOperator(stack, 'Operators', rejoin);
const page = (path: string) => readFileSync(join(import.meta.dirname, '..', '..', '..', path), 'utf8');

describe('an app can go on from what the constructs made', () => {
  test.each([
    ['Rejoin', rejoin, playerRoutes],
    ['RejoinOperator', operators, operatorRoutes],
  ] as const)(
    '%s has a function, a role and a log group for each route, by the name of the route',
    (_, made, routes) => {
      const names = routes.filter(({ onlyWith }) => onlyWith === undefined).map(({ name }) => name);
      for (const members of [made.functions, made.roles, made.logGroups]) {
        expect(Object.keys(members)).toEqual(names);
      }
      for (const name of names) {
        const { functions, roles, logGroups } = made as unknown as Record<
          string,
          Record<string, { node: { path: string } }>
        >;
        for (const member of [functions, roles, logGroups])
          expect(member?.[name]?.node.path).toContain(`/${name}/`);
      }
    },
  );

  test.each([
    ['Rejoin', rejoin, 'docs/runbook.md'],
    ['RejoinOperator', operators, 'docs/runbook.md'],
  ] as const)('%s has each alarm that notifies, by the name of its chapter', (_, { alarms }, runbook) => {
    expect(Object.keys(alarms).length).toBeGreaterThan(5);
    for (const [name, alarm] of Object.entries(alarms)) {
      expect(alarm instanceof Alarm || alarm instanceof CompositeAlarm).toBe(true);
      expect(page(runbook), name).toMatch(new RegExp(`^##+ ${name}$`, 'm'));
    }
  });

  test('a permission that is added to a role is in the template', () => {
    const own = ownStack();
    const { roles } = new Rejoin(own, 'Rejoin', { streamGroups });
    roles.reconnect.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
    expect(JSON.stringify(ofType(templateIn(own), 'AWS::IAM::Policy'))).toContain('s3:GetObject');
  });

  test('table, dashboard, API, logs, user pool and probe are the constructs themselves', () => {
    const { table, dashboard, api, accessLogs, probe, identity } = rejoin;
    const own = [
      [table, 'AWS::DynamoDB::Table'],
      [dashboard, 'AWS::CloudWatch::Dashboard'],
      [api, 'AWS::ApiGatewayV2::Api'],
      [accessLogs, 'AWS::Logs::LogGroup'],
      [probe?.function, 'AWS::Lambda::Function'],
      [probe?.role, 'AWS::IAM::Role'],
      [identity.pool?.userPool, 'AWS::Cognito::UserPool'],
      [identity.pool?.userPoolClient, 'AWS::Cognito::UserPoolClient'],
      [operators.auditTable, 'AWS::DynamoDB::Table'],
      [operators.api, 'AWS::ApiGatewayV2::Api'],
      [operators.accessLogs, 'AWS::Logs::LogGroup'],
    ] as const;
    for (const [construct, type] of own) {
      expect((construct?.node.defaultChild as CfnResource | undefined)?.cfnResourceType).toBe(type);
    }
  });

  test('an app that grants a function something of its own finds that the role, not the function, takes it', () => {
    const own = ownStack();
    const { roles, functions } = new Rejoin(own, 'Rejoin', { streamGroups });
    const bucket = new Bucket(own, 'Bucket');
    bucket.grantRead(functions.start);
    expect(ofType(templateIn(own), 'AWS::IAM::Policy')).toEqual([]);
    expect(roles.start.node.path).toContain('/start/');
  });
});

describe('addOutputs()', () => {
  test('writes what a page needs under the same names wherever the construct is', () => {
    const own = ownStack();
    new Rejoin(own, 'Europe', {
      streamGroups,
      domain: {
        name: 'api.arcade.example',
        certificateArn: 'arn:aws:acm:us-west-2:111122223333:certificate/1',
      },
    }).addOutputs();
    const { Outputs } = templateIn(own);
    expect(Object.keys(Outputs)).toEqual([
      'ApiUrl',
      'DomainTarget',
      'Issuer',
      'Audience',
      'Scope',
      'ClientId',
      'SignInUrl',
    ]);
    expect(text(Outputs.ApiUrl?.Value)).toBe('https://api.arcade.example');
  });

  test('tells two deployments of one stack apart by a prefix, and says so where one is missing', () => {
    const own = ownStack();
    const [europe, trial] = ['Europe', 'Trial'].map((id) => new Rejoin(own, id, { streamGroups }));
    europe?.addOutputs();
    expect(() => trial?.addOutputs()).toThrow(
      'the stack "Arcade" has "ApiUrl" already: give each addOutputs() of the stack a prefix of its own, such as addOutputs("Trial")',
    );
    trial?.addOutputs('Trial');
    expect(Object.keys(templateIn(own).Outputs)).toEqual(expect.arrayContaining(['ApiUrl', 'TrialApiUrl']));
  });
});
