import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { CfnRoute, CfnStage, HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type CfnFunction, CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnOutput, type CfnResource, Stack } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { readDeployment } from '../../../local/template/deployment.ts';
import { addFunction, addPlayerApi, deploy, onlyStack, place } from './support.ts';

const cfn = <T extends CfnResource>(construct: { node: { defaultChild?: unknown } }) =>
  construct.node.defaultChild as T;

describe('a player API as synthesized is executed as synthesized', () => {
  const stack = onlyStack(
    deploy((target) => {
      const { api } = addPlayerApi(target);
      new CfnOutput(target, 'Url', { value: api.apiEndpoint });
    }),
  );
  const [api] = stack.httpApis;
  const [fn] = stack.functions;
  const [role] = stack.roles;
  const [table] = stack.tables;

  test('its route keeps authorizer, scopes and time-out', () => {
    expect(api?.routes).toEqual([
      {
        logicalId: expect.stringMatching(/^PlayerApiPOSTv1groups/),
        method: 'POST',
        path: '/v1/groups/{groupId}/connections',
        routeKey: 'POST /v1/groups/{groupId}/connections',
        authorizer: { kind: 'jwt', issuer: 'https://issuer.example', audience: ['rejoin'], scopes: ['play'] },
        functionLogicalId: fn?.logicalId,
        integrationTimeoutMs: 20_000,
        payloadFormatVersion: '2.0',
        invokeAllowed: true,
      },
    ]);
  });

  test('its stage keeps its limit', () => {
    expect(api?.throttle).toEqual({ rateLimit: 100, burstLimit: 200 });
  });

  test('its CORS is the template’s', () => {
    expect(api?.cors).toEqual({
      allowOrigins: ['https://play.example'],
      allowMethods: ['POST'],
      allowHeaders: ['authorization'],
      exposeHeaders: ['Retry-After'],
      allowCredentials: false,
      maxAgeSeconds: 600,
    });
  });

  test('its function has its limits, its resolved environment and the directory cdk deploy would zip', () => {
    expect(fn).toMatchObject({
      name: expect.stringMatching(/^Test-Reconnect[0-9A-F]+-[0-9A-Z]{12}$/),
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeoutSeconds: 7,
      memoryMb: 256,
      environment: { TABLE_NAME: table?.name },
      roleLogicalId: role?.logicalId,
    });
    expect(fn?.arn).toBe(`arn:aws:lambda:us-west-2:123456789012:function:${fn?.name}`);
    expect(basename(fn?.assetDirectory ?? '')).toBe(`asset.${fn?.assetHash}`);
    expect(existsSync(`${fn?.assetDirectory}/index.mjs`)).toBe(true);
  });

  test('its role carries exactly the policy of the template, on the table’s ARN', () => {
    expect(role?.trustedServices).toEqual(['lambda.amazonaws.com']);
    expect(role?.awsManagedPolicyArns).toEqual([
      'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
    ]);
    expect(role?.policies.map(({ document }) => document.Statement)).toEqual([
      [{ Action: 'dynamodb:UpdateItem', Effect: 'Allow', Resource: [table?.arn] }],
    ]);
    expect(table?.arn).toBe(`arn:aws:dynamodb:us-west-2:123456789012:table/${table?.name}`);
  });

  test('its table keeps keys, TTL and billing', () => {
    expect(table).toMatchObject({
      attributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      keySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      ttlAttribute: 'expiresAt',
      billing: { mode: 'PAY_PER_REQUEST' },
    });
  });

  test('its outputs are resolved', () => {
    expect(stack.outputs).toEqual({ Url: `https://${api?.apiId}.execute-api.us-west-2.amazonaws.com` });
  });

  test('its names are the same at every start, so that logs of two runs can be compared', () => {
    const again = onlyStack(deploy((target) => void addPlayerApi(target)));
    expect(again.functions[0]?.name).toBe(fn?.name);
    expect(again.httpApis[0]?.apiId).toBe(api?.apiId);
  });
});

describe('the local deployment also executes', () => {
  test('a global table with one replica, names and roles of one’s own, log settings, a kill switch', () => {
    const stack = onlyStack(
      deploy((target) => {
        new TableV2(target, 'T', {
          tableName: 'sessions',
          partitionKey: { name: 'pk', type: AttributeType.STRING },
          globalSecondaryIndexes: [
            { indexName: 'byPlayer', partitionKey: { name: 'p', type: AttributeType.STRING } },
          ],
        });
        const fn = addFunction(target);
        const role = fn.role as Role;
        role.addManagedPolicy(
          new ManagedPolicy(target, 'Shared', {
            statements: [
              new PolicyStatement({ actions: ['gameliftstreams:GetStreamSession'], resources: ['*'] }),
            ],
          }),
        );
        cfn<CfnFunction>(fn).addPropertyOverride('ReservedConcurrentExecutions', 0);
        cfn<CfnFunction>(fn).addPropertyOverride('LoggingConfig', {
          LogGroup: target.resolve(new LogGroup(target, 'Logs').logGroupName),
          LogFormat: 'JSON',
          ApplicationLogLevel: 'WARN',
        });
      }),
    );
    expect(stack.tables[0]).toMatchObject({
      name: 'sessions',
      globalSecondaryIndexes: [{ IndexName: 'byPlayer', Projection: { ProjectionType: 'ALL' } }],
    });
    expect(stack.functions[0]).toMatchObject({
      reservedConcurrency: 0,
      logFormat: 'JSON',
      logLevel: 'WARN',
      logGroupName: expect.stringMatching(/^Test-Logs/),
    });
    expect(stack.roles[0]?.policies[0]?.document.Statement[0]?.Action).toBe(
      'gameliftstreams:GetStreamSession',
    );
    expect(stack.roles[0]?.awsManagedPolicyArns).toHaveLength(1);
  });

  test('a second stack that uses the first one’s table, and a stack that fixes its Region', () => {
    const deployment = deploy((target, app) => {
      const { table } = addPlayerApi(target);
      const other = new Stack(app, 'Operator');
      addFunction(other, 'Find', { TABLE_NAME: table.tableName, TABLE_ARN: table.tableArn });
      addFunction(new Stack(app, 'Fixed', { env: { region: 'eu-central-1' } }), 'There');
    });
    const [player, operator, fixed] = deployment.stacks;
    expect(operator?.functions[0]?.environment).toEqual({
      TABLE_NAME: player?.tables[0]?.name,
      TABLE_ARN: player?.tables[0]?.arn,
    });
    expect(fixed?.functions[0]?.arn).toContain(`arn:aws:lambda:eu-central-1:${place.accountId}:function:`);
  });

  test('a route’s own limit and an AWS_IAM route', () => {
    const stack = onlyStack(
      deploy((target) => {
        const fn = addFunction(target);
        const api = new HttpApi(target, 'Api');
        api.addRoutes({
          path: '/v1/a',
          methods: [HttpMethod.GET, HttpMethod.ANY],
          integration: new HttpLambdaIntegration('I', fn),
          authorizer: new HttpIamAuthorizer(),
        });
        cfn<CfnStage>(api.defaultStage as never).routeSettings = {
          'GET /v1/a': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 6 },
        };
      }),
    );
    const routes = stack.httpApis[0]?.routes;
    expect(
      routes?.map(({ method, authorizer, throttle, invokeAllowed }) => [
        method,
        authorizer.kind,
        throttle,
        invokeAllowed,
      ]),
    ).toEqual([
      ['GET', 'iam', { rateLimit: 5, burstLimit: 6 }, true],
      ['ANY', 'iam', undefined, true],
    ]);
    expect(routes?.[0]?.integrationTimeoutMs).toBe(30_000);
  });
});

describe('a permission that does not allow API Gateway to invoke the function does not allow it here:', () => {
  const allowed = (change: (permission: CfnPermission) => void) =>
    onlyStack(
      deploy((target) => {
        addPlayerApi(target);
        for (const child of target.node.findAll()) if (child instanceof CfnPermission) change(child);
      }),
    ).httpApis[0]?.routes[0]?.invokeAllowed;

  test.for([
    ['for another path', 'SourceArn', 'arn:aws:execute-api:us-west-2:123456789012:*/*/POST/v2/*'],
    ['for another account', 'SourceArn', 'arn:aws:execute-api:us-west-2:999999999999:*'],
    ['for another service', 'Principal', 's3.amazonaws.com'],
    ['for another action', 'Action', 'lambda:GetFunction'],
    ['of another function', 'FunctionName', 'other'],
  ] as const)('%s', ([, property, value]) => {
    expect(allowed(() => {})).toBe(true);
    expect(allowed((permission) => permission.addPropertyOverride(property, value))).toBe(false);
  });
});

describe('the local deployment refuses by name what it does not execute:', () => {
  const refused = (build: (stack: Stack) => void) => () => deploy(build);

  test('a resource type', () => {
    expect(refused((stack) => void new Bucket(stack, 'Files'))).toThrow(
      /^Test\/Files\w+ is a AWS::S3::Bucket: the local deployment does not execute that resource type$/,
    );
  });

  test.for([
    ['VpcConfig', { SubnetIds: ['s'] }, /does not execute the property VpcConfig$/],
    ['Layers', ['arn'], /does not execute the property Layers$/],
    ['Environment.Extra', 1, /does not execute the property Environment\.Extra$/],
    ['Environment.Variables.AWS_REGION', 'x', /Lambda reserves the variable AWS_REGION$/],
    ['Runtime', 'python3.13', /Runtime is python3\.13, this machine runs nodejs24\.x$/],
    ['Code', { ZipFile: 'x' }, /does not execute the property Code\.ZipFile$/],
    ['Code.S3Key', 'other.zip', /Code\.S3Key other\.zip is no asset of this assembly$/],
    ['Role', 'arn:aws:iam::123456789012:role/other', /Role arn:\S+ is not a role of this stack$/],
    ['Timeout', { 'Fn::If': ['A', 1, 2] }, /does not execute the intrinsic Fn::If$/],
    ['Handler', { 'Fn::GetAtt': ['Nobody', 'Arn'] }, /has no value for Fn::GetAtt Nobody\.Arn$/],
    ['Handler', { Ref: 'BootstrapVersion' }, /has no value for Ref BootstrapVersion$/],
  ] as const)('a function with %s %j', ([property, value, message]) => {
    const build = refused((stack) =>
      cfn<CfnFunction>(addFunction(stack)).addPropertyOverride(property, value),
    );
    expect(build).toThrow(message);
    expect(build).toThrow(/^Test\/Reconnect\w+ \(AWS::Lambda::Function\): /);
  });

  test.for([
    ['StageName', 'prod', /Stage\): the local deployment does not execute this StageName: /],
    [
      'StageVariables',
      { a: 'b' },
      /Stage\): the local deployment does not execute the property StageVariables$/,
    ],
    [
      'RouteSettings',
      { 'GET /none': { ThrottlingRateLimit: 1 } },
      /RouteSettings names no route: GET \/none$/,
    ],
  ] as const)('a stage with %s %j', ([property, value, message]) => {
    const build = refused((stack) => {
      addPlayerApi(stack);
      for (const child of stack.node.findAll()) {
        if (child instanceof CfnStage) child.addPropertyOverride(property, value);
      }
    });
    expect(build).toThrow(message);
  });

  test.for([
    ['AuthorizationType', 'CUSTOM', /does not execute this AuthorizationType: /],
    ['AuthorizerId', 'nobody', /AuthorizerId nobody is no authorizer$/],
    ['Target', 'integrations/nobody', /Target integrations\/nobody is no integration$/],
    ['RouteKey', 'GET', /RouteKey GET is not "METHOD \/path" or \$default$/],
    ['RequestParameters', { a: 'b' }, /does not execute the property RequestParameters$/],
  ] as const)('a route with %s %j', ([property, value, message]) => {
    const build = refused((stack) => {
      addPlayerApi(stack);
      for (const child of stack.node.findAll()) {
        if (child instanceof CfnRoute) child.addPropertyOverride(property, value);
      }
    });
    expect(build).toThrow(message);
  });

  test('a resource that exists only under a condition', () => {
    expect(
      refused((stack) => {
        cfn(new Role(stack, 'R', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })).addOverride(
          'Condition',
          'OnlyThere',
        );
      }),
    ).toThrow(/does not execute the condition OnlyThere$/);
  });

  test('a directory without a synthesized app', () => {
    expect(() => readDeployment({ outDir: tmpdir(), ...place })).toThrow(
      /manifest\.json is not a readable part of a synthesized CDK app$/,
    );
  });
});
