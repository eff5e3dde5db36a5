/** The HTTP API for players' browsers. Every route requires a token of the configured issuer with the play scope. */
import { Duration } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';
import { apiName } from './api-name.ts';
import { ApiDomain } from './domain.ts';
import { type ApiRoute, RouteIntegration } from './route-integration.ts';
import { routeLimitsOf } from './route-limits.ts';
import { accessLogFields, addStage } from './stage.ts';

/** Accepted tokens: of this issuer, for one of these audiences, with this scope. */
export interface TokenRequirements {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly scope: string;
}

export interface PlayerApiProps {
  readonly tokens: TokenRequirements;
  readonly routes: readonly ApiRoute[];
  readonly settings: Settings;
  /** A customer managed key that encrypts the access log. Without it, AWS's own key does. */
  readonly encryptionKey?: IKey | undefined;
}

/** Two hours is the longest that Chromium caches a preflight response. Each cached one saves a player a round trip. */
const preflightAge = Duration.hours(2);

export class PlayerApi extends Construct {
  readonly api: HttpApi;
  /** One line for each request, including those that never reach a function. */
  readonly accessLogs: LogGroup;
  /** The custom domain, if there is one. */
  readonly domain: ApiDomain | undefined;

  constructor(scope: Construct, id: string, { tokens, routes, settings, encryptionKey }: PlayerApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: apiName(scope, 'player API'),
      description: 'Rejoin: the player API',
      createDefaultStage: false,
      ...(settings.edge?.defaultAddress === false && { disableExecuteApiEndpoint: true }),
      defaultAuthorizer: new HttpJwtAuthorizer('Players', tokens.issuer, {
        jwtAudience: [...tokens.audience],
      }),
      defaultAuthorizationScopes: [tokens.scope],
      ...(settings.webOrigins.length > 0 ? { corsPreflight: corsFor(settings.webOrigins) } : {}),
    });
    const added = routes.flatMap((route) => {
      const { method, path } = route;
      return this.api.addRoutes({ path, methods: [method], integration: new RouteIntegration(route) });
    });
    this.domain = settings.domain && new ApiDomain(this, 'Domain', settings.domain);
    this.accessLogs = addStage(this, this.api, {
      settings,
      limits: routeLimitsOf(routes, settings.throttling),
      routes: added,
      accessLog: accessLogFields,
      domainName: this.domain?.domainName,
      encryptionKey,
    });
  }
}

/** Without credentials: the page sends the token in a header, never in a cookie. */
function corsFor(origins: readonly string[]) {
  return {
    allowOrigins: [...origins],
    allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.DELETE],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
    exposeHeaders: ['retry-after', 'idempotency-replayed'],
    maxAge: preflightAge,
  };
}
