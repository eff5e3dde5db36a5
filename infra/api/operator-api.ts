/** The HTTP API for operators. Every route requires a request signed by an IAM principal that may invoke it. */
import { Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';
import { apiName } from './api-name.ts';
import { type ApiRoute, RouteIntegration } from './route-integration.ts';
import { stageLimitsOf } from './route-limits.ts';
import { accessLogFields, addStage } from './stage.ts';

export interface OperatorApiProps {
  readonly routes: readonly ApiRoute[];
  readonly settings: Settings;
  /** A customer managed key that encrypts the access log. Without it, AWS's own key does. */
  readonly encryptionKey?: IKey | undefined;
}

export class OperatorApi extends Construct {
  readonly api: HttpApi;
  /** A principal that may `execute-api:Invoke` this ARN can call every route. */
  readonly arn: string;
  /** One line for each request, including those that never reach a function. */
  readonly accessLogs: LogGroup;

  constructor(scope: Construct, id: string, { routes, settings, encryptionKey }: OperatorApiProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.api = new HttpApi(this, 'Api', {
      apiName: apiName(scope),
      description: 'Rejoin: the operator API',
      createDefaultStage: false,
      defaultAuthorizer: new HttpIamAuthorizer(),
    });
    this.arn = stack.formatArn({
      service: 'execute-api',
      resource: this.api.apiId,
      resourceName: '$default/*',
    });
    const added = routes.flatMap((route) => {
      const { method, path } = route;
      return this.api.addRoutes({ path, methods: [method], integration: new RouteIntegration(route) });
    });
    this.accessLogs = addStage(this, this.api, {
      settings,
      encryptionKey,
      // API Gateway counts requests before it checks signatures, so strangers could use up a low limit here. The functions
      // limit each operator.
      limits: stageLimitsOf(settings.throttling),
      routes: added,
      // Who called, also when IAM lets a caller in and a function refuses the caller afterwards.
      accessLog: { ...accessLogFields, operator: '$context.identity.userArn' },
    });
  }
}
