import type { StackResources } from './resources.ts';

/** Whether API Gateway may invoke a function, by the stack's `AWS::Lambda::Permission` resources. */
export function invokePermissions(resources: StackResources): {
  /**
   * Whether a request to `routeKey` of the API may reach the function.
   * @param names that a permission may use for the invoked function or alias
   */
  allow(names: readonly unknown[], apiId: string, routeKey: string): boolean;
} {
  const { region, accountId } = resources.place;
  return {
    allow(names, apiId, routeKey) {
      // API Gateway names the route, not the request: `GET /v1/{id}` becomes `GET/v1/{id}`.
      const routePart = routeKey.replace(' ', '');
      const source = `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default/${routePart}`;
      return resources
        .of('AWS::Lambda::Permission')
        .some(
          ({ properties }) =>
            names.includes(properties.FunctionName) &&
            (properties.Action === 'lambda:InvokeFunction' || properties.Action === 'lambda:*') &&
            properties.Principal === 'apigateway.amazonaws.com' &&
            (properties.SourceAccount === undefined || properties.SourceAccount === accountId) &&
            (properties.SourceArn === undefined || arnLike(properties.SourceArn, source)),
        );
    },
  };
}

/** IAM's ArnLike: `*` stands for any characters, `?` for one. An `ANY` route's permission is written as `*`. */
function arnLike(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(arn);
}
