/** A Lambda integration that only its own route may invoke: this method on this path. */
import { Stack } from 'aws-cdk-lib';
import type { HttpMethod, HttpRouteIntegrationBindOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** A route and the function behind it. */
export interface ApiRoute {
  readonly method: HttpMethod;
  readonly path: string;
  /** See `Route`. */
  readonly throttleShare?: number | undefined;
  readonly function: IFunction;
  /** What API Gateway invokes: the function itself, or an alias of it. */
  readonly invoked: IFunction;
}

/**
 * CDK's own integration permits every method on the path. Two of our routes share a path, and the permission to end a session
 * must not include the permission to read it.
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

  /** CDK calls this once for the route. */
  protected override completeBind(options: HttpRouteIntegrationBindOptions): void {
    const { function: fn, invoked } = this.#route;
    this.#permit('Invoke', fn, options);
    if (invoked === fn) return;
    // An alias has permissions of its own. The function keeps its permission, and the integration waits for the permission of
    // the alias. So a deployment that switches between the two, in either direction, never interrupts requests.
    this.#permit('InvokeAlias', invoked, options);
    const { scope } = options;
    scope.node.findChild(this.#id).node.addDependency(scope.node.findChild('InvokeAlias'));
  }

  /** An HTTP API's source ARN ends with the route key, with its `{parameters}` unchanged. */
  #permit(id: string, handler: IFunction, { route, scope }: HttpRouteIntegrationBindOptions): void {
    handler.addPermission(id, {
      scope,
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: Stack.of(route).formatArn({
        service: 'execute-api',
        resource: route.httpApi.apiId,
        // The first part is the stage. The API has only one; AWS uses a wildcard in its own examples.
        resourceName: `*/${this.#route.method}${route.path ?? ''}`,
      }),
    });
  }
}
