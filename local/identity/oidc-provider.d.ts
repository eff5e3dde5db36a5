/**
 * The part of oidc-provider that the local identity provider uses: the package ships no types of its own. Shapes are
 * those of version 9.13.
 */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** A Koa context with the provider's own state under `oidc`. */
  export interface ProviderContext {
    type: string;
    status: number;
    body: unknown;
    set(name: string, value: string): void;
    readonly oidc: {
      readonly provider: Provider;
      readonly client: Client;
      readonly session: { readonly accountId?: string; grantIdFor(clientId: string): string | undefined };
      readonly result?: { readonly consent?: { readonly grantId?: string } };
      readonly params: Readonly<Record<string, string | undefined>>;
      readonly entities: Readonly<Record<string, unknown>>;
    };
  }

  export interface Client {
    readonly clientId: string;
    readonly redirectUris: readonly string[];
    grantTypeAllowed(grantType: string): boolean;
    /** May be replaced in `prototype`, as the package's own recipes do. */
    redirectUriAllowed(uri: string): boolean;
    postLogoutRedirectUriAllowed(uri: string): boolean;
  }

  export class Grant {
    constructor(properties: { clientId: string; accountId: string });
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
    static find(id: string): Promise<Grant | undefined>;
  }

  export class AccessToken {
    constructor(properties: { client: Client; accountId: string; gty: string });
    resourceServer: ResourceServer;
    scope: string;
    /** Epoch seconds; set before `save`, it overrides the configured lifetime. */
    iat: number;
    exp: number;
    /** Signs and returns the token; JWTs are stored nowhere. */
    save(): Promise<string>;
  }

  export class IdToken {
    constructor(claims: Record<string, unknown>, options: { ctx: ProviderContext });
    scope: string;
    issue(options: { use: 'idtoken' }): Promise<string>;
  }

  export class ResourceServer {
    constructor(identifier: string, data: ResourceServerData);
  }

  export interface ResourceServerData {
    scope: string;
    audience: string;
    accessTokenFormat: 'jwt';
    accessTokenTTL: number;
    jwt: { sign: { alg: 'RS256' } };
  }

  export interface InteractionDetails {
    readonly uid: string;
    readonly prompt: { readonly name: string };
    readonly params: Readonly<Record<string, unknown>>;
    /** Where the browser continues once the interaction has a result. */
    readonly returnTo: string;
  }

  export interface Adapter {
    upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void>;
    find(id: string): Promise<AdapterPayload | undefined>;
    findByUid(uid: string): Promise<AdapterPayload | undefined>;
    findByUserCode(userCode: string): Promise<AdapterPayload | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  export interface AdapterPayload {
    uid?: string;
    grantId?: string;
    consumed?: number;
    [key: string]: unknown;
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    readonly issuer: string;
    readonly Client: { readonly prototype: Client };
    readonly Grant: typeof Grant;
    readonly AccessToken: typeof AccessToken;
    readonly IdToken: typeof IdToken;
    readonly ResourceServer: typeof ResourceServer;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<InteractionDetails>;
    interactionResult(
      request: IncomingMessage,
      response: ServerResponse,
      result: { login: { accountId: string } } | { error: string; error_description: string },
    ): Promise<string>;
    registerGrantType(
      name: string,
      handler: (ctx: ProviderContext) => Promise<void>,
      parameters: readonly string[],
    ): void;
    on(event: 'server_error', listener: (ctx: ProviderContext, error: Error) => void): this;
  }

  export namespace errors {
    class OIDCProviderError extends Error {}
    class InvalidRequest extends OIDCProviderError {
      constructor(description: string);
    }
    class SessionNotFound extends OIDCProviderError {}
  }

  export default Provider;
}
