import { describe, expect, test } from 'vitest';
import { minimal, ofType, templateOf, text, withProvider } from '../synth.ts';

const template = templateOf(withProvider);
const routes = ofType(template, 'AWS::ApiGatewayV2::Route').map(([, route]) => route.Properties);
const [stage] = ofType(template, 'AWS::ApiGatewayV2::Stage').map(([, { Properties }]) => Properties);
const [api] = ofType(template, 'AWS::ApiGatewayV2::Api').map(([, { Properties }]) => Properties);

/** The description of the function behind a route: functions have no names. */
function functionBehind(target: string): string {
  const [, integrationId = ''] = /^integrations\/\$\{(\w+)\}$/.exec(target) ?? [];
  const uri = text(template.Resources[integrationId]?.Properties.IntegrationUri);
  return template.Resources[uri.slice(2, -'.Arn}'.length)]?.Properties.Description;
}

test('each route leads to its own function, and there is no other route, above all no $default', () => {
  expect(
    Object.fromEntries(routes.map((route) => [route.RouteKey, functionBehind(text(route.Target))])),
  ).toEqual({
    'POST /v1/streamgroups/{streamGroupId}/streamsessions': 'Starts a stream session as the calling player',
    'GET /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}':
      "Reads the calling player's stream session",
    'GET /v1/streamsessions': "Lists the calling player's live stream sessions",
    'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/connections':
      "Reconnects the calling player to the player's own stream session",
    'DELETE /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}':
      "Ends the calling player's stream session",
    'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/recoveries':
      "Counts the calling player's report of a lost stream",
  });
});

test('no route lets in a caller without a token of the issuer that has the play scope', () => {
  const authorizers = ofType(template, 'AWS::ApiGatewayV2::Authorizer');
  expect(authorizers.map(([, { Properties }]) => Properties)).toEqual([
    expect.objectContaining({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://login.example.com/', Audience: ['rejoin-web'] },
    }),
  ]);
  expect(routes.length).toBeGreaterThan(0);
  for (const route of routes) {
    expect(route, route.RouteKey).toMatchObject({
      AuthorizationType: 'JWT',
      AuthorizationScopes: ['games/play'],
      AuthorizerId: { Ref: authorizers[0]?.[0] },
    });
  }
});

test('API Gateway may invoke a function for its one method and path only', () => {
  const permissions = ofType(template, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
  const apiArn = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${ofType(template, 'AWS::ApiGatewayV2::Api')[0]?.[0]}}`;
  expect(permissions).toHaveLength(routes.length);
  const allowed = permissions.map(({ FunctionName, SourceArn, Principal, Action }) => {
    expect([Principal, Action]).toEqual(['apigateway.amazonaws.com', 'lambda:InvokeFunction']);
    return `${text(FunctionName)} by ${text(SourceArn)}`;
  });
  const wanted = routes.map(({ RouteKey, Target }) => {
    const integration = template.Resources[text(Target).slice('integrations/${'.length, -1)];
    return `${text(integration?.Properties.IntegrationUri)} by ${apiArn}/*/${RouteKey.replace(' ', '')}`;
  });
  expect(allowed.toSorted()).toEqual(wanted.toSorted());
});

describe('web pages', () => {
  test('only the listed origins may call, with the methods and headers of the protocol and no cookies', () => {
    expect(api.CorsConfiguration).toEqual({
      AllowOrigins: ['https://play.example.com', 'https://beta.example.com'],
      AllowMethods: ['GET', 'POST', 'DELETE'],
      AllowHeaders: ['authorization', 'content-type', 'idempotency-key'],
      ExposeHeaders: ['retry-after', 'idempotency-replayed'],
      MaxAge: 7200,
    });
  });

  test('without listed origins no page may call at all', () => {
    const [closed] = ofType(templateOf(minimal), 'AWS::ApiGatewayV2::Api');
    expect(closed?.[1].Properties).not.toHaveProperty('CorsConfiguration');
  });
});

describe('limits', () => {
  const session = '/v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}';
  const stageWith = (throttling: { ratePerSecond?: number; burst?: number }) =>
    ofType(templateOf({ ...withProvider, throttling }), 'AWS::ApiGatewayV2::Stage')[0]?.[1].Properties;
  const limit = (ThrottlingRateLimit: number, ThrottlingBurstLimit: number) => ({
    ThrottlingRateLimit,
    ThrottlingBurstLimit,
  });

  test("give reconnects the deployer's rate, and all other routes together as much", () => {
    expect(stage).toMatchObject({ StageName: '$default', AutoDeploy: true });
    expect(stageWith({ ratePerSecond: 50, burst: 75 }).RouteSettings).toEqual({
      [`POST ${session}/connections`]: limit(50, 75),
      'POST /v1/streamgroups/{streamGroupId}/streamsessions': limit(10, 15),
      [`GET ${session}`]: limit(20, 30),
      'GET /v1/streamsessions': limit(10, 15),
      [`DELETE ${session}`]: limit(5, 8),
      [`POST ${session}/recoveries`]: limit(5, 8),
    });
  });

  test.for([{}, { ratePerSecond: 50, burst: 75 }, { ratePerSecond: 1, burst: 1 }, { ratePerSecond: 3.7 }])(
    'of the stage are the sum of all routes, so that reconnects find their part there if the stage counts them too: %j',
    (throttling) => {
      const { RouteSettings, DefaultRouteSettings } = stageWith(throttling);
      expect(Object.keys(RouteSettings).toSorted()).toEqual(
        routes.map(({ RouteKey }) => RouteKey).toSorted(),
      );
      const sum = (name: 'ThrottlingRateLimit' | 'ThrottlingBurstLimit') =>
        Object.values<ReturnType<typeof limit>>(RouteSettings).reduce((total, each) => total + each[name], 0);
      expect(DefaultRouteSettings.ThrottlingRateLimit).toBeCloseTo(sum('ThrottlingRateLimit'), 3);
      expect(DefaultRouteSettings.ThrottlingBurstLimit).toBe(sum('ThrottlingBurstLimit'));
      // API Gateway takes no burst of a fraction, and none of nothing.
      for (const each of Object.values<ReturnType<typeof limit>>(RouteSettings)) {
        expect(each.ThrottlingRateLimit).toBeGreaterThan(0);
        expect(Number.isSafeInteger(each.ThrottlingBurstLimit) && each.ThrottlingBurstLimit >= 1).toBe(true);
      }
    },
  );

  test('of routes are set after the routes are made: CloudFormation would find no such route', () => {
    const [, resource] = ofType(template, 'AWS::ApiGatewayV2::Stage')[0] ?? [];
    const { DependsOn } = resource as unknown as { DependsOn: string[] };
    const ids = ofType(template, 'AWS::ApiGatewayV2::Route').map(([id]) => id);
    expect(ids).toHaveLength(6);
    expect(DependsOn).toEqual(expect.arrayContaining(ids));
  });
});

test('an access log line has the request id and no field that could contain a token, an offer or a session id', () => {
  const [logGroupId] = text(stage.AccessLogSettings.DestinationArn).slice(2).split('.');
  expect(template.Resources[logGroupId ?? '']?.Type).toBe('AWS::Logs::LogGroup');
  expect(Object.values(JSON.parse(stage.AccessLogSettings.Format)).toSorted()).toEqual([
    '$context.apiId',
    '$context.error.responseType',
    '$context.identity.sourceIp',
    '$context.integration.integrationStatus',
    '$context.integration.status',
    '$context.integrationLatency',
    '$context.requestId',
    '$context.requestTimeEpoch',
    '$context.responseLatency',
    '$context.responseLength',
    '$context.routeKey',
    '$context.status',
  ]);
});
