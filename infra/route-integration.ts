/** A Lambda integration that may be invoked by its one route: this method on this path. */
import { Stack } from 'aws-cdk-lib';
import type { HttpMethod, HttpRouteIntegrationBindOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/**
 * CDK's own integration permits every method on the path. Two of our routes share a path, and the permission to end a
 * session should not be the permission to look at it.
 */
export class RouteIntegration extends HttpLambdaIntegration {
  readonly #function: IFunction;
  readonly #method: HttpMethod;

  constructor(id: string, handler: IFunction, method: HttpMethod) {
    super(id, handler);
    this.#function = handler;
    this.#method = method;
  }

  /** Called by CDK once for the route. An HTTP API's source ARN ends in its route key, with `{parameters}` as written. */
  protected override completeBind({ route, scope }: HttpRouteIntegrationBindOptions): void {
    this.#function.addPermission('Invoke', {
      scope,
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: Stack.of(route).formatArn({
        service: 'execute-api',
        resource: route.httpApi.apiId,
        // The first part is the stage, of which the API has one; AWS's own examples leave it open.
        resourceName: `*/${this.#method}${route.path ?? ''}`,
      }),
    });
  }
}
