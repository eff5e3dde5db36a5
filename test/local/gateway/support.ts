import { createServer, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { InvokeResult } from '../../../local/functions/pool.ts';
import type { AccessLogEntry } from '../../../local/gateway/access-log.ts';
import { type Gateway, startGateway } from '../../../local/gateway/gateway.ts';
import type { IamCallers } from '../../../local/gateway/iam.ts';
import type { AuthorizerModel, CorsModel, HttpApiModel, RouteModel } from '../../../local/template/model.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Sends a request with exactly this target: fetch would resolve `..` and encode again. */
export function send(
  base: string,
  method: string,
  target: string,
  options: { headers?: OutgoingHttpHeaders; body?: string | Buffer } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, method, path: target, headers: options.headers ?? {}, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

/** A route of the model with defaults for most members. */
export function routeModel(routeKey: string, changes: Partial<RouteModel> = {}): RouteModel {
  const [method = '', path = ''] = routeKey.split(' ');
  return {
    logicalId: `Route${routeKey}`,
    method,
    path,
    routeKey,
    authorizer: { kind: 'none' },
    functionLogicalId: 'Echo',
    integrationTimeoutMs: 30_000,
    payloadFormatVersion: '2.0',
    invokeAllowed: true,
    ...changes,
  };
}

export function corsModel(changes: Partial<CorsModel> = {}): CorsModel {
  return {
    allowOrigins: ['https://play.example'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['authorization', 'content-type'],
    exposeHeaders: ['Retry-After'],
    allowCredentials: false,
    maxAgeSeconds: 600,
    ...changes,
  };
}

export interface TestGateway extends Gateway {
  /** Events that reached a function. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at events, whose shape is what is tested
  events: any[];
  log: AccessLogEntry[];
}

/** A gateway whose function records its event and answers with `answer`. */
export async function testGateway(
  routes: RouteModel[],
  options: {
    cors?: CorsModel;
    callers?: IamCallers;
    answer?: (event: unknown) => InvokeResult | Promise<InvokeResult>;
    accessLogFormat?: string;
  } = {},
): Promise<TestGateway> {
  const events: unknown[] = [];
  const log: AccessLogEntry[] = [];
  const api: HttpApiModel = {
    logicalId: 'Api',
    apiId: 'abcde12345',
    name: 'api',
    routes,
    ...(options.cors ? { cors: options.cors } : {}),
    ...(options.accessLogFormat === undefined ? {} : { accessLogFormat: options.accessLogFormat }),
  };
  const gateway = await startGateway({
    port: 0,
    api,
    accountId: '000000000000',
    region: 'us-west-2',
    log: (entry) => log.push(entry),
    ...(options.callers ? { callers: options.callers } : {}),
    invoke: async (_logicalId, event) => {
      events.push(event);
      return options.answer ? options.answer(event) : { ok: true, payload: '{"statusCode":200,"body":"ok"}' };
    },
  });
  return { ...gateway, events, log };
}

export interface TestIssuer {
  url: string;
  authorizer(changes?: { audience?: string[]; scopes?: string[] }): AuthorizerModel;
  /** A token valid for the issuer's authorizer; `header` and `claims` change it, undefined removes a claim. */
  token(claims?: Record<string, unknown>, header?: { alg?: string; kid?: string | null }): Promise<string>;
  discoveries: number;
  broken: boolean;
  close(): Promise<void>;
}

/** An OpenID issuer that serves discovery, under any path, and its keys: an RSA key `rsa` and an elliptic one `ec`. */
export async function testIssuer(): Promise<TestIssuer> {
  const rsa = await generateKeyPair('RS256', { extractable: true });
  const ec = await generateKeyPair('ES256', { extractable: true });
  const keys = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', use: 'sig' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', use: 'sig' },
  ];
  const server = createServer((request, response) => {
    if (issuer.broken) return void response.writeHead(500).end();
    const discovery = request.url?.endsWith('/.well-known/openid-configuration') === true;
    if (discovery) issuer.discoveries += 1;
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(discovery ? { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` } : { keys }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const now = () => Math.floor(Date.now() / 1000);
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    discoveries: 0,
    broken: false,
    authorizer: ({ audience = ['rejoin'], scopes = ['play'] } = {}) => ({
      kind: 'jwt',
      issuer: issuer.url,
      audience,
      scopes,
    }),
    token: (claims = {}, { alg = 'RS256', kid = alg === 'ES256' ? 'ec' : 'rsa' } = {}) => {
      const payload = {
        iss: issuer.url,
        aud: 'rejoin',
        sub: 'alice',
        scope: 'openid play',
        iat: now() - 5,
        exp: now() + 300,
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg, ...(kid === null ? {} : { kid }) })
        .sign(alg === 'ES256' ? ec.privateKey : alg === 'HS256' ? new Uint8Array(32) : rsa.privateKey);
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
