import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { HttpApiModel, RouteModel } from '../template/model.ts';
import { type GatewayAnswer, gatewayAnswers, gatewayResponse, type HttpResponse } from './answers.ts';
import { ClientGone, readBody } from './body.ts';
import { corsHeaders, mergeCors, preflightHeaders } from './cors.ts';
import { type AuthorizerContext, createEvent } from './event.ts';
import { createIamAuthorizer, type IamAuthorizer, type IamCallers } from './iam.ts';
import { type Invoke, integrate } from './integration.ts';
import { type Authorizer, createJwtAuthorizer } from './jwt.ts';
import { parseRequestTarget } from './request-target.ts';
import { createRouter } from './routes.ts';
import { type Bucket, createBucket } from './throttle.ts';

/** Quotas of an HTTP API (API Gateway developer guide). */
const maxBodyBytes = 10 * 1024 * 1024;
const maxHeaderBytes = 10_240;

/** One line of the access log: no token, no query string, no body. */
export interface AccessLogEntry {
  requestId: string;
  method: string;
  /** The path as sent, without its query. */
  path: string;
  routeKey?: string;
  status: number;
  durationMs: number;
  bytes: number;
  sourceIp: string;
  /** What Lambda answered to the invocation; absent where it was not asked or said nothing. Not the function's own status. */
  integrationStatus?: number;
  /** Why the gateway answered by itself, or that the client went away. */
  error?: string;
}

/** A running HTTP API. */
export interface Gateway {
  /** Its base URL, without a trailing slash. */
  url: string;
  /** Stops accepting, lets requests under way finish for two seconds, then closes what is left. */
  close(): Promise<void>;
}

/**
 * Serves an HTTP API of the template as API Gateway would.
 * @param options.port 0 for any free port
 * @param options.domainName what the functions are told; default: the API's own `execute-api` name
 * @param options.callers who may sign requests, for an API with `AWS_IAM` authorization
 * @throws Error for a route with `AWS_IAM` authorization and no callers, an issuer that is neither https nor on this machine,
 * or a port in use
 */
export async function startGateway(options: {
  port: number;
  host?: string;
  api: HttpApiModel;
  invoke: Invoke;
  accountId: string;
  region: string;
  domainName?: string;
  callers?: IamCallers;
  log?: (entry: AccessLogEntry) => void;
}): Promise<Gateway> {
  const { api, host = '127.0.0.1' } = options;
  const domainName = options.domainName ?? `${api.apiId}.execute-api.${options.region}.amazonaws.com`;
  const identity = { accountId: options.accountId, apiId: api.apiId, domainName };
  const route = createRouter(api.routes);
  const byIam =
    options.callers &&
    createIamAuthorizer(options.callers, {
      region: options.region,
      accountId: options.accountId,
      apiId: api.apiId,
    });
  const guards = new Map(api.routes.map((one) => [one, createGuard(one, byIam)]));

  // Larger than the quota, so that it is this gateway and not Node that answers.
  const server = createServer(
    { maxHeaderSize: 256 * 1024, keepAliveTimeout: 65_000, requireHostHeader: false },
    (request, response) => {
      void serve(request, response);
    },
  );
  // An expectation that nobody knows is none: Node would answer it by itself, with nothing in it.
  server.on('checkExpectation', (request, response) => void serve(request, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
    refuseSocket(socket as Socket, tooLarge ? 'headersTooLarge' : 'badRequest');
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port, host, () => {
      server.off('error', failed);
      listening();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((done) => {
        const grace = setTimeout(() => server.closeAllConnections(), 2000);
        server.close(() => {
          clearTimeout(grace);
          done();
        });
        server.closeIdleConnections();
      }),
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = performance.now();
    const requestId = randomBytes(11).toString('base64');
    const entry: AccessLogEntry = {
      requestId,
      method: request.method ?? '',
      path: (request.url ?? '').split('?')[0] ?? '',
      status: 0,
      durationMs: 0,
      bytes: 0,
      sourceIp: request.socket.remoteAddress ?? '',
    };
    request.on('error', () => {});
    response.on('error', () => {});
    try {
      const answer = await respond(request, requestId, entry);
      entry.status = answer.status;
      entry.bytes = answer.body.length;
      send(request, response, answer, requestId);
    } catch (error) {
      entry.error = error instanceof ClientGone ? 'the client went away' : String(error);
      if (!(error instanceof ClientGone)) {
        entry.status = 500;
        send(request, response, gatewayResponse('internalServerError'), requestId);
      }
    }
    entry.durationMs = performance.now() - begun;
    options.log?.(entry);
  }

  /** A request's way: size, preflight, route, limit, authorizer, body, function; the first that refuses answers. */
  async function respond(
    request: IncomingMessage,
    requestId: string,
    entry: AccessLogEntry,
  ): Promise<HttpResponse> {
    const { origin } = request.headers;
    const own = (name: GatewayAnswer, headers: Record<string, string> = {}) =>
      gatewayResponse(name, {
        ...headers,
        ...(gatewayAnswers[name].cors ? corsHeaders(api.cors, origin) : {}),
      });

    if (headerBytes(request) > maxHeaderBytes) return own('headersTooLarge');
    const target = parseRequestTarget(request.url ?? '');
    const isNameless = request.httpVersion === '1.1' && request.headers.host === undefined;
    if (!target || isNameless) return own('badRequest');
    const match = route(request.method ?? '', target.segments);
    if (request.method === 'OPTIONS' && api.cors && (match === undefined || isPreflight(request))) {
      const requested = request.headers['access-control-request-method'];
      return { status: 204, headers: preflightHeaders(api.cors, origin, requested), body: Buffer.alloc(0) };
    }
    if (!match) return own('notFound');
    entry.routeKey = match.route.routeKey;
    const guard = guards.get(match.route);
    if (guard?.bucket && !guard.bucket()) return own('tooManyRequests');

    let authorizer: AuthorizerContext | undefined;
    if (guard?.authorize) {
      const authorization = await guard.authorize(request.headers.authorization);
      if (authorization.decision !== 'allow') {
        entry.error = authorization.challenge.split('error_description=')[1] ?? authorization.decision;
        return own(authorization.decision, { 'www-authenticate': authorization.challenge });
      }
      authorizer = { jwt: authorization.jwt };
    }

    const body = await readBody(request, maxBodyBytes);
    if (!body) return own('requestTooLarge');
    if (guard?.byIam) {
      const { method = '', url = '', headers } = request;
      const iam = guard.byIam(
        { method, target: url, headers, body },
        { method, path: target.path },
        (reason) => {
          entry.error = reason;
        },
      );
      if (!iam) return own('forbidden');
      authorizer = { iam };
    }
    const event = createEvent({
      request,
      target,
      match,
      api: identity,
      requestId,
      body,
      ...(authorizer ? { authorizer } : {}),
    });
    const { response, error, invocationStatus } = await integrate(match.route, event, options.invoke);
    if (invocationStatus !== undefined) entry.integrationStatus = invocationStatus;
    if (error !== undefined) entry.error = error;
    return { ...response, headers: mergeCors(response.headers, corsHeaders(api.cors, origin)) };
  }
}

interface Guard {
  bucket?: Bucket;
  authorize?: Authorizer;
  /** A signature covers the body, so this one decides once the body is there. */
  byIam?: IamAuthorizer;
}

function createGuard(route: RouteModel, byIam: IamAuthorizer | undefined): Guard {
  const { authorizer, throttle } = route;
  if (authorizer.kind === 'iam' && !byIam) {
    throw new Error(`${route.routeKey}: has AWS_IAM authorization, and nobody has a key to sign with`);
  }
  return {
    ...(throttle ? { bucket: createBucket(throttle, () => performance.now()) } : {}),
    ...(authorizer.kind === 'jwt' ? { authorize: createJwtAuthorizer(authorizer) } : {}),
    ...(authorizer.kind === 'iam' && byIam ? { byIam } : {}),
  };
}

function isPreflight(request: IncomingMessage): boolean {
  return request.headers.origin !== undefined && 'access-control-request-method' in request.headers;
}

/** "Total combined size of request line and header values." */
function headerBytes(request: IncomingMessage): number {
  const line = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
  const values = request.rawHeaders.filter((_, position) => position % 2 === 1);
  return [line, ...values].reduce((total, value) => total + Buffer.byteLength(value, 'latin1'), 0);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HttpResponse,
  requestId: string,
): void {
  if (response.destroyed) return;
  const bodiless = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, {
    ...answer.headers,
    'apigw-requestid': requestId,
    ...(bodiless ? {} : { 'content-length': answer.body.length }),
  });
  response.end(bodiless || request.method === 'HEAD' ? undefined : answer.body);
}

function refuseSocket(socket: Socket, name: GatewayAnswer): void {
  if (!socket.writable) return;
  const { status, message } = gatewayAnswers[name];
  const body = JSON.stringify({ message });
  socket.end(
    `HTTP/1.1 ${status} ${message}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}
