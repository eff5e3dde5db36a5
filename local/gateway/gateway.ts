import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { HttpApiModel, RouteModel } from '../template/model.ts';
import { type AccessLogEntry, requireKnownVariables } from './access-log.ts';
import { type GatewayAnswer, gatewayAnswers, gatewayResponse, type HttpResponse } from './answers.ts';
import { ClientGone, readBody } from './body.ts';
import { corsHeaders, mergeCors, preflightHeaders } from './cors.ts';
import { type AuthorizerContext, createEvent } from './event.ts';
import { createIamAuthorizer, type IamAuthorizer, type IamCallers } from './iam.ts';
import { type Invoke, integrate } from './integration.ts';
import { createJwtAuthorizer, type JwtAuthorizer } from './jwt.ts';
import { parseRequestTarget } from './request-target.ts';
import { createRouter } from './routes.ts';
import { createThrottle, type StageLimit } from './throttle.ts';

/** Quotas of an HTTP API (API Gateway developer guide). */
const maxBodyBytes = 10 * 1024 * 1024;
const maxHeaderBytes = 10_240;

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
 * @param options.domainName the name in the functions' events; default: the API's own `execute-api` name
 * @param options.callers who may sign requests, for an API with `AWS_IAM` authorization
 * @param options.stageLimit what the stage's limit counts; default: what the routes' own limits let through
 * @param options.log called after each request
 * @throws Error for a route with `AWS_IAM` authorization and no callers, an issuer that is neither https nor on this machine,
 * an access log variable that has no value here, or a port in use
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
  stageLimit?: StageLimit;
  log?: (entry: AccessLogEntry) => void;
}): Promise<Gateway> {
  const { api, host = '127.0.0.1' } = options;
  requireKnownVariables(api);
  const domainName = options.domainName ?? `${api.apiId}.execute-api.${options.region}.amazonaws.com`;
  const identity = { accountId: options.accountId, apiId: api.apiId, domainName };
  const route = createRouter(api.routes);
  const authorizeIam =
    options.callers &&
    createIamAuthorizer(options.callers, {
      region: options.region,
      accountId: options.accountId,
      apiId: api.apiId,
    });
  const hasRoomFor = createThrottle(api, options.stageLimit ?? 'allRoutes', () => performance.now());
  const guards = new Map(api.routes.map((one) => [one, createGuard(one, authorizeIam)]));

  // Larger than the quota, so that this gateway responds and not Node.
  const server = createServer(
    { maxHeaderSize: 256 * 1024, keepAliveTimeout: 65_000, requireHostHeader: false },
    (request, response) => {
      void serve(request, response);
    },
  );
  // Ignores an unknown expectation: Node would respond by itself, with an empty body.
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
    // Of API Gateway's form: safe in a URL, with padding.
    const requestId = `${randomBytes(11).toString('base64url')}=`;
    const entry: AccessLogEntry = {
      requestId,
      apiId: api.apiId,
      method: request.method ?? '',
      path: (request.url ?? '').split('?')[0] ?? '',
      status: 0,
      at: Date.now(),
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
      if (answer.responseType !== undefined) entry.responseType = answer.responseType;
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

  /** Checks in this order: size, preflight, route, limit, authorizer, body; then calls the function. */
  async function respond(
    request: IncomingMessage,
    requestId: string,
    entry: AccessLogEntry,
  ): Promise<HttpResponse> {
    const { origin } = request.headers;
    const ownAnswer = (name: GatewayAnswer, headers: Record<string, string> = {}) =>
      gatewayResponse(name, {
        ...headers,
        ...(gatewayAnswers[name].cors ? corsHeaders(api.cors, origin) : {}),
      });

    if (headerBytes(request) > maxHeaderBytes) return ownAnswer('headersTooLarge');
    const target = parseRequestTarget(request.url ?? '');
    const lacksHost = request.httpVersion === '1.1' && request.headers.host === undefined;
    if (!target || lacksHost) return ownAnswer('badRequest');
    const match = route(request.method ?? '', target.segments);
    if (request.method === 'OPTIONS' && api.cors && (match === undefined || isPreflight(request))) {
      const requested = request.headers['access-control-request-method'];
      return { status: 204, headers: preflightHeaders(api.cors, origin, requested), body: Buffer.alloc(0) };
    }
    if (!match) return ownAnswer('notFound');
    entry.routeKey = match.route.routeKey;
    if (!hasRoomFor(match.route)) return ownAnswer('tooManyRequests');
    const guard = guards.get(match.route);

    let authorizer: AuthorizerContext | undefined;
    if (guard?.authorizeJwt) {
      const authorization = await guard.authorizeJwt(request.headers.authorization);
      if (authorization.decision !== 'allow') {
        entry.error = authorization.challenge.split('error_description=')[1] ?? authorization.decision;
        return ownAnswer(authorization.decision, { 'www-authenticate': authorization.challenge });
      }
      authorizer = { jwt: authorization.jwt };
    }

    const body = await readBody(request, maxBodyBytes);
    if (!body) return ownAnswer('requestTooLarge');
    if (guard?.authorizeIam) {
      const { method = '', url = '', headers } = request;
      const iam = guard.authorizeIam(
        { method, target: url, headers, body },
        { method, path: target.path },
        (reason) => {
          entry.error = reason;
        },
      );
      if (!iam) return ownAnswer('forbidden');
      authorizer = { iam };
      entry.userArn = iam.userArn;
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
    const { response, ...outcome } = await integrate(match.route, event, options.invoke);
    Object.assign(entry, outcome);
    return { ...response, headers: mergeCors(response.headers, corsHeaders(api.cors, origin)) };
  }
}

interface Guard {
  authorizeJwt?: JwtAuthorizer;
  /** Decides after the body has arrived: a signature covers the body. */
  authorizeIam?: IamAuthorizer;
}

function createGuard(route: RouteModel, authorizeIam: IamAuthorizer | undefined): Guard {
  const { authorizer } = route;
  if (authorizer.kind === 'iam' && !authorizeIam) {
    throw new Error(`${route.routeKey}: has AWS_IAM authorization, but no principal has a key to sign with`);
  }
  return {
    ...(authorizer.kind === 'jwt' ? { authorizeJwt: createJwtAuthorizer(authorizer) } : {}),
    ...(authorizer.kind === 'iam' && authorizeIam ? { authorizeIam } : {}),
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
