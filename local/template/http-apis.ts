import { readAliases } from './aliases.ts';
import type { AuthorizerModel, CorsModel, HttpApiModel, RouteModel, ThrottleModel } from './model.ts';
import { invokePermissions } from './permissions.ts';
import type { PropertiesOf } from './properties.ts';
import type { ResolvedResource, StackResources } from './resources.ts';

type Route = ResolvedResource<'AWS::ApiGatewayV2::Route'>;
type Stage = PropertiesOf<'AWS::ApiGatewayV2::Stage'>;

/**
 * The HTTP APIs of a stack with everything that decides how a request is served.
 * @throws Error for an API without a `$default` stage and for a route whose integration, authorizer or function
 * is not in the stack
 */
export function readHttpApis(resources: StackResources): HttpApiModel[] {
  return resources.of('AWS::ApiGatewayV2::Api').map(({ logicalId, where, properties }) => {
    const apiId = String(resources.scope.ref(logicalId));
    const stage = resources.of('AWS::ApiGatewayV2::Stage').find((one) => one.properties.ApiId === apiId);
    if (!stage) throw new Error(`${where} (AWS::ApiGatewayV2::Api): has no stage, so nothing answers`);
    const routes = resources
      .of('AWS::ApiGatewayV2::Route')
      .filter((route) => route.properties.ApiId === apiId)
      .map((route) => readRoute(route, apiId, stage.properties, resources));
    const stray = Object.keys(stage.properties.RouteSettings).find(
      (key) => !routes.some((route) => route.routeKey === key),
    );
    if (stray)
      throw new Error(`${stage.where} (AWS::ApiGatewayV2::Stage): RouteSettings names no route: ${stray}`);
    const cors = properties.CorsConfiguration;
    const accessLog = stage.properties.AccessLogSettings;
    const throttle = throttleOf(stage.properties, stage.properties.DefaultRouteSettings);
    return {
      logicalId,
      apiId,
      name: properties.Name,
      routes,
      ...(cors ? { cors: readCors(cors) } : {}),
      ...(throttle ? { throttle } : {}),
      ...(accessLog === undefined
        ? {}
        : { accessLogFormat: accessLog.Format, accessLogGroup: logGroupName(accessLog.DestinationArn) }),
    };
  });
}

/** `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, with or without `:*` behind it. */
const logGroupName = (arn: string) => arn.replace(/^.*:log-group:/, '').replace(/:\*$/, '');

function readCors(cors: NonNullable<PropertiesOf<'AWS::ApiGatewayV2::Api'>['CorsConfiguration']>): CorsModel {
  return {
    allowOrigins: cors.AllowOrigins,
    allowMethods: cors.AllowMethods,
    allowHeaders: cors.AllowHeaders,
    exposeHeaders: cors.ExposeHeaders,
    allowCredentials: cors.AllowCredentials,
    ...(cors.MaxAge === undefined ? {} : { maxAgeSeconds: cors.MaxAge }),
  };
}

function readRoute(route: Route, apiId: string, stage: Stage, resources: StackResources): RouteModel {
  const { logicalId, where, properties } = route;
  const { RouteKey: routeKey } = properties;
  const [, method, path] = /^([A-Z]+) (\/.*)$/.exec(routeKey) ?? [];
  if (routeKey !== '$default' && (method === undefined || path === undefined)) {
    throw new Error(
      `${where} (AWS::ApiGatewayV2::Route): RouteKey ${routeKey} is not "METHOD /path" or $default`,
    );
  }
  const integration = resources
    .of('AWS::ApiGatewayV2::Integration')
    .find((one) => properties.Target === `integrations/${resources.scope.ref(one.logicalId)}`);
  if (!integration) {
    throw new Error(`${where} (AWS::ApiGatewayV2::Route): Target ${properties.Target} is no integration`);
  }
  const invoked = invokedBy(integration, resources);
  const throttle = throttleOf(stage, stage.RouteSettings[routeKey]);
  return {
    logicalId,
    method: method ?? '$default',
    path: path ?? '',
    routeKey,
    authorizer: authorizerOf(route, resources),
    functionLogicalId: invoked.functionLogicalId,
    integrationTimeoutMs: integration.properties.TimeoutInMillis,
    payloadFormatVersion: integration.properties.PayloadFormatVersion,
    invokeAllowed: invokePermissions(resources).allow(invoked.names, apiId, routeKey),
    ...(throttle ? { throttle } : {}),
  };
}

/**
 * What an integration invokes: the function, and the names that a permission may use for it. An alias has
 * permissions of its own.
 */
function invokedBy(
  { where, properties }: ResolvedResource<'AWS::ApiGatewayV2::Integration'>,
  resources: StackResources,
): { functionLogicalId: string; names: unknown[] } {
  const { scope } = resources;
  const { IntegrationUri: uri } = properties;
  const names = (arn: string) =>
    uri === arn || uri.endsWith(`:lambda:path/2015-03-31/functions/${arn}/invocations`);
  const here = `${where} (AWS::ApiGatewayV2::Integration): IntegrationUri ${uri}`;
  const aliases = readAliases(resources);
  const alias = aliases.find(({ arn }) => names(arn));
  if (alias) {
    const { functionLogicalId, name, arn } = alias;
    return { functionLogicalId, names: [arn, `${scope.ref(functionLogicalId)}:${name}`] };
  }
  const fn = resources
    .of('AWS::Lambda::Function')
    .find(({ logicalId }) => names(String(scope.getAtt(logicalId, 'Arn'))));
  if (!fn) throw new Error(`${here} is not a function of this stack`);
  const bypassed = aliases.find(({ functionLogicalId }) => functionLogicalId === fn.logicalId);
  if (bypassed) {
    throw new Error(
      `${here} goes past the alias ${bypassed.name}, so nothing that is kept ready would answer`,
    );
  }
  return {
    functionLogicalId: fn.logicalId,
    names: [scope.ref(fn.logicalId), scope.getAtt(fn.logicalId, 'Arn')],
  };
}

function authorizerOf({ where, properties }: Route, resources: StackResources): AuthorizerModel {
  if (properties.AuthorizationType === 'NONE') return { kind: 'none' };
  if (properties.AuthorizationType === 'AWS_IAM') return { kind: 'iam' };
  const authorizer = resources
    .of('AWS::ApiGatewayV2::Authorizer')
    .find((one) => properties.AuthorizerId === resources.scope.ref(one.logicalId));
  if (!authorizer) {
    throw new Error(
      `${where} (AWS::ApiGatewayV2::Route): AuthorizerId ${properties.AuthorizerId} is no authorizer`,
    );
  }
  const { Issuer, Audience } = authorizer.properties.JwtConfiguration;
  return { kind: 'jwt', issuer: Issuer, audience: Audience, scopes: properties.AuthorizationScopes };
}

/**
 * The limit of a route, or of the stage. A limit needs both numbers; a route that has one of them takes the other from the stage.
 */
function throttleOf(
  { DefaultRouteSettings: stage }: Pick<Stage, 'DefaultRouteSettings'>,
  own: Stage['DefaultRouteSettings'],
): ThrottleModel | undefined {
  if (own?.ThrottlingRateLimit === undefined && own?.ThrottlingBurstLimit === undefined) return undefined;
  const rateLimit = own.ThrottlingRateLimit ?? stage?.ThrottlingRateLimit;
  const burstLimit = own.ThrottlingBurstLimit ?? stage?.ThrottlingBurstLimit;
  return rateLimit === undefined || burstLimit === undefined ? undefined : { rateLimit, burstLimit };
}
