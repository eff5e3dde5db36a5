import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import {
  Alias,
  type CfnAlias,
  CfnPermission,
  type CfnVersion,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Stack } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { addFunction, deploy, onlyStack } from './support.ts';

/** A function that is invoked by an alias of its current version, with a provisioned concurrency of three. */
function addAliased(stack: Stack): { fn: LambdaFunction; alias: Alias } {
  const fn = addFunction(stack);
  const alias = new Alias(stack, 'Live', {
    aliasName: 'live',
    version: fn.currentVersion as never,
    provisionedConcurrentExecutions: 3,
  });
  const api = new HttpApi(stack, 'Api');
  const integration = new HttpLambdaIntegration('I', alias as never);
  api.addRoutes({ path: '/v1/a', methods: [HttpMethod.GET], integration });
  return { fn, alias };
}

const cfn = <T>(construct: { node: { defaultChild?: unknown } }) => construct.node.defaultChild as T;

describe('a route that invokes an alias', () => {
  const stack = onlyStack(deploy((target) => void addAliased(target)));
  const [fn] = stack.functions;

  test('reaches the alias’ function, by the alias’ own permission', () => {
    expect(stack.httpApis[0]?.routes).toEqual([
      expect.objectContaining({
        routeKey: 'GET /v1/a',
        functionLogicalId: fn?.logicalId,
        invokeAllowed: true,
      }),
    ]);
  });

  test('finds a function with the alias’ version and name', () => {
    expect(fn?.alias).toEqual({
      name: 'live',
      arn: `${fn?.arn}:live`,
      version: '1',
      provisionedConcurrency: 3,
    });
    expect(fn?.name).toMatch(/^Test-Reconnect[0-9A-F]+-[0-9A-Z]{12}$/);
  });

  test('is refused if only the function may be invoked, as in API Gateway', () => {
    const allowed = (functionName: (of: ReturnType<typeof addAliased>) => unknown) =>
      onlyStack(
        deploy((target) => {
          const of = addAliased(target);
          for (const child of target.node.findAll()) {
            if (child instanceof CfnPermission) {
              child.addPropertyOverride('FunctionName', target.resolve(functionName(of)));
            }
          }
        }),
      ).httpApis[0]?.routes[0]?.invokeAllowed;
    expect(allowed((of) => of.alias.functionArn)).toBe(true);
    expect(allowed((of) => of.alias.functionName)).toBe(true);
    expect(allowed((of) => of.fn.functionArn)).toBe(false);
    expect(allowed((of) => of.fn.functionName)).toBe(false);
  });
});

describe('the local deployment refuses by name', () => {
  const refused = (change: (stack: Stack, of: ReturnType<typeof addAliased>) => void) => () =>
    deploy((stack) => change(stack, addAliased(stack)));

  test('a route that bypasses the alias, and with it the provisioned concurrency', () => {
    const past = refused((stack, { fn }) => {
      const integration = new HttpLambdaIntegration('Past', fn);
      new HttpApi(stack, 'Other').addRoutes({ path: '/v1/b', methods: [HttpMethod.GET], integration });
    });
    expect(past).toThrow(/Integration\): IntegrationUri arn:\S+ goes past the alias live, so nothing/);
  });

  test('a second alias', () => {
    const second = refused(
      (stack, { fn }) =>
        void new Alias(stack, 'Other', { aliasName: 'other', version: fn.currentVersion as never }),
    );
    expect(second).toThrow(/^Test\/Reconnect\w+ \(AWS::Lambda::Function\): has more than one alias/);
  });

  test.for([
    [
      'RoutingConfig',
      { AdditionalVersionWeights: [] },
      /Alias\): the local deployment does not execute the property RoutingConfig$/,
    ],
    ['FunctionVersion', '7', /Alias\): FunctionVersion 7 is not a version of its function in this stack$/],
    ['FunctionName', 'nobody', /Alias\): FunctionName nobody is not a function of this stack$/],
  ] as const)('an alias with %s %j', ([property, value, message]) => {
    expect(refused((_stack, { alias }) => cfn<CfnAlias>(alias).addPropertyOverride(property, value))).toThrow(
      message,
    );
  });

  test('concurrency that is provisioned at the version', () => {
    const atVersion = refused((_stack, { fn }) =>
      cfn<CfnVersion>(fn.currentVersion).addPropertyOverride('ProvisionedConcurrencyConfig', {
        ProvisionedConcurrentExecutions: 1,
      }),
    );
    expect(atVersion).toThrow(/Version\): .+ does not execute the property ProvisionedConcurrencyConfig$/);
  });
});
