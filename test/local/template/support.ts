import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CorsHttpMethod, HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { readDeployment } from '../../../local/template/deployment.ts';
import type { Deployment, StackModel } from '../../../local/template/model.ts';
import { temporaryDirectory } from '../../temporary.ts';

// Many of these templates are wrong on purpose. CDK's warnings about them would only hide the results.
process.env.CDK_VALIDATION = 'false';

export const place = { region: 'us-west-2', accountId: '123456789012' };

/** A directory with a bundle in it, as esbuild would leave one. */
function bundleDirectory(source = 'export const handler = async () => ({ statusCode: 204 });'): string {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'index.mjs'), source);
  return directory;
}

/** Synthesizes an app of one stack `Test` and reads it back. */
export function deploy(
  build: (stack: Stack, app: App) => void,
  context: Record<string, unknown> = {},
): Deployment {
  const outdir = temporaryDirectory();
  const app = new App({ outdir, context, analyticsReporting: false });
  build(new Stack(app, 'Test'), app);
  app.synth();
  return readDeployment({ outDir: outdir, ...place });
}

/** The only stack of a deployment. */
export function onlyStack(deployment: Deployment): StackModel {
  const [stack] = deployment.stacks;
  if (!stack || deployment.stacks.length !== 1) throw new Error('not one stack');
  return stack;
}

export function addFunction(
  stack: Stack,
  id = 'Reconnect',
  environment: Record<string, string> = {},
): LambdaFunction {
  return new LambdaFunction(stack, id, {
    runtime: new Runtime('nodejs24.x'),
    code: Code.fromAsset(bundleDirectory()),
    handler: 'index.handler',
    timeout: Duration.seconds(7),
    memorySize: 256,
    environment,
  });
}

/** A small player API. */
export function addPlayerApi(stack: Stack): { api: HttpApi; fn: LambdaFunction; table: Table } {
  const table = new Table(stack, 'Sessions', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expiresAt',
    billingMode: BillingMode.PAY_PER_REQUEST,
  });
  const fn = addFunction(stack, 'Reconnect', { TABLE_NAME: table.tableName });
  table.grant(fn, 'dynamodb:UpdateItem');
  const api = new HttpApi(stack, 'PlayerApi', {
    corsPreflight: {
      allowOrigins: ['https://play.example'],
      allowMethods: [CorsHttpMethod.POST],
      allowHeaders: ['authorization'],
      exposeHeaders: ['Retry-After'],
      maxAge: Duration.minutes(10),
    },
    createDefaultStage: false,
  });
  api.addStage('Live', { autoDeploy: true, throttle: { rateLimit: 100, burstLimit: 200 } });
  api.addRoutes({
    path: '/v1/groups/{groupId}/connections',
    methods: [HttpMethod.POST],
    integration: new HttpLambdaIntegration('ReconnectIntegration', fn, { timeout: Duration.seconds(20) }),
    authorizer: new HttpJwtAuthorizer('Players', 'https://issuer.example', { jwtAudience: ['rejoin'] }),
    authorizationScopes: ['play'],
  });
  return { api, fn, table };
}
