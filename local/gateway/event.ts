import type { IncomingMessage } from 'node:http';
import type { IamContext } from './iam.ts';
import { queryParameters, type RequestTarget } from './request-target.ts';
import type { RouteMatch } from './routes.ts';

/** What identifies an API to its functions. */
export interface ApiIdentity {
  accountId: string;
  apiId: string;
  domainName: string;
}

/** The authorizer's part of the event. */
export type AuthorizerContext =
  | { jwt: { claims: Record<string, string>; scopes: string[] | null } }
  | { iam: IamContext };

/**
 * The event for a request, payload format 2.0 (API Gateway developer guide, "Create AWS Lambda proxy
 * integrations for HTTP APIs").
 */
export function createEvent(input: {
  request: IncomingMessage;
  target: RequestTarget;
  match: RouteMatch;
  api: ApiIdentity;
  requestId: string;
  body: Buffer;
  authorizer?: AuthorizerContext;
}): Record<string, unknown> {
  const { request, target, match, api } = input;
  const now = new Date();
  const { cookie, ...headers } = joinedHeaders(request);
  const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const queryStringParameters = queryParameters(target.rawQueryString);
  const encoded = input.body.length > 0 && !isText(headers['content-type']);
  return {
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath: target.path,
    rawQueryString: target.rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split(';').map((one) => one.trim()) }),
    headers: {
      ...headers,
      'content-length': String(input.body.length),
      'x-forwarded-for': headers['x-forwarded-for'] ? `${headers['x-forwarded-for']}, ${sourceIp}` : sourceIp,
      'x-forwarded-port': String(request.socket.localPort),
      'x-forwarded-proto': 'http',
    },
    ...(queryStringParameters === undefined ? {} : { queryStringParameters }),
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      ...(input.authorizer === undefined ? {} : { authorizer: input.authorizer }),
      domainName: api.domainName,
      domainPrefix: api.domainName.split('.')[0],
      http: {
        method: request.method,
        path: target.path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: input.requestId,
      routeKey: match.route.routeKey,
      stage: '$default',
      time: logTime(now),
      timeEpoch: now.getTime(),
    },
    ...(match.pathParameters === undefined ? {} : { pathParameters: match.pathParameters }),
    ...(input.body.length === 0 ? {} : { body: input.body.toString(encoded ? 'base64' : 'utf8') }),
    isBase64Encoded: encoded,
  };
}

/** Header names in lower case, values of one name joined with commas. Connection headers are the gateway's own. */
function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (['connection', 'keep-alive', 'transfer-encoding', 'expect', 'upgrade', 'te'].includes(name)) continue;
    headers[name] = (values ?? []).join(name === 'cookie' ? ';' : ',');
  }
  return headers;
}

/** Whether the event carries this content type as text. Any other type, and none at all, is carried in base64. */
function isText(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return (
    type.startsWith('text/') ||
    ['application/json', 'application/javascript', 'application/xml'].includes(type)
  );
}

/** `12/Mar/2020:19:03:58 +0000` */
function logTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}
