/** The HTTP API that operators call. Every route wants a request signed by an IAM principal that may invoke it. */
import { Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';
import { type ApiRoute, RouteIntegration } from './route-integration.ts';
import { accessLogFields, addStage } from './stage.ts';

export class OperatorApi extends Construct {
  readonly api: HttpApi;
  /** What a principal needs `execute-api:Invoke` on, to call every route. */
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    { routes, settings }: { readonly routes: readonly ApiRoute[]; readonly settings: Settings },
  ) {
    super(scope, id);
    const stack = Stack.of(this);
    this.api = new HttpApi(this, 'Api', {
      apiName: [...new Set([stack.stackName, scope.node.id])].join(' '),
      description: 'Rejoin: the operator API',
      createDefaultStage: false,
      defaultAuthorizer: new HttpIamAuthorizer(),
    });
    this.arn = stack.formatArn({
      service: 'execute-api',
      resource: this.api.apiId,
      resourceName: '$default/*',
    });
    for (const route of routes) {
      const { method, path } = route;
      this.api.addRoutes({ path, methods: [method], integration: new RouteIntegration(route) });
    }
    const { ratePerSecond: rateLimit, burst: burstLimit } = settings.throttling;
    addStage(this, this.api, {
      settings,
      // Counted before signatures are looked at, so a limit for people would be one that strangers use up. Operators
      // are counted by the functions.
      throttle: { rateLimit, burstLimit },
      // Who called, also where IAM let somebody in whom the functions then refused.
      accessLog: { ...accessLogFields, operator: '$context.identity.userArn' },
    });
  }
}
