/** A Lambda integration that may be invoked by its one route: this method on this path. */
import { Stack } from 'aws-cdk-lib';
import type { HttpMethod, HttpRouteIntegrationBindOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** A route and the function behind it. */
export interface ApiRoute {
  readonly method: HttpMethod;
  readonly path: string;
  readonly function: IFunction;
  /** What is invoked: the function itself, or an alias of it. */
  readonly invoked: IFunction;
}

/**
 * CDK's own integration permits every method on the path. Two of our routes share a path, and the permission to end a
 * session should not be the permission to look at it.
 */
export class RouteIntegration extends HttpLambdaIntegration {
  readonly #route: ApiRoute;
  readonly #id: string;

  constructor(route: ApiRoute) {
    const id = `${route.method}${route.path}`;
    super(id, route.invoked);
    this.#route = route;
    this.#id = id;
  }

  /** Called by CDK once for the route. */
  protected override completeBind(options: HttpRouteIntegrationBindOptions): void {
    const { function: fn, invoked } = this.#route;
    this.#permit('Invoke', fn, options);
    if (invoked === fn) return;
    // An alias has permissions of its own. The function's stays, and the integration waits for the alias': so requests
    // are answered all the time while a deployment leads them from one to the other, whichever way.
    this.#permit('InvokeAlias', invoked, options);
    const { scope } = options;
    scope.node.findChild(this.#id).node.addDependency(scope.node.findChild('InvokeAlias'));
  }

  /** An HTTP API's source ARN ends in its route key, with `{parameters}` as written. */
  #permit(id: string, handler: IFunction, { route, scope }: HttpRouteIntegrationBindOptions): void {
    handler.addPermission(id, {
      scope,
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: Stack.of(route).formatArn({
        service: 'execute-api',
        resource: route.httpApi.apiId,
        // The first part is the stage, of which the API has one; AWS's own examples leave it open.
        resourceName: `*/${this.#route.method}${route.path ?? ''}`,
      }),
    });
  }
}
