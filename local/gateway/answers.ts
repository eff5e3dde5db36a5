/**
 * Every response that API Gateway makes by itself, before or instead of the function's. None is problem+json and
 * none has a `Retry-After`. Bodies and statuses are those of an HTTP API. Sources: the API Gateway developer
 * guide (quotas, JWT authorizers, CORS), AWS's own captures in aws/aws-lambda-dotnet (Lambda test tool), and
 * published captures of live APIs for 503 and the missing content types. `responseType` is a name among those of REST APIs
 * ("Gateway response types"); which one an HTTP API logs is not documented.
 */
export const gatewayAnswers = {
  badRequest: {
    status: 400,
    message: 'Bad Request',
    responseType: 'DEFAULT_4XX',
    json: true,
    cors: false,
    when: 'the request line is malformed: no path, or a percent sign that encodes nothing; or HTTP/1.1 comes without a Host',
  },
  unauthorized: {
    status: 401,
    message: 'Unauthorized',
    responseType: 'UNAUTHORIZED',
    json: false,
    cors: true,
    when: 'the token is missing, expired, of another issuer or audience, or not signed by one of its keys',
  },
  forbidden: {
    status: 403,
    message: 'Forbidden',
    responseType: 'ACCESS_DENIED',
    json: false,
    cors: true,
    when: 'the token is valid but has none of the scopes of the route; with AWS_IAM, the caller is not allowed',
  },
  notFound: {
    status: 404,
    message: 'Not Found',
    responseType: 'RESOURCE_NOT_FOUND',
    json: true,
    cors: true,
    when: 'no route has this method and path',
  },
  requestTooLarge: {
    status: 413,
    message: 'Request Entity Too Large',
    responseType: 'REQUEST_TOO_LARGE',
    json: true,
    cors: true,
    when: 'the body is larger than 10 MB, or larger than the 6 MB that reach a function',
  },
  tooManyRequests: {
    status: 429,
    message: 'Too Many Requests',
    responseType: 'THROTTLED',
    json: true,
    cors: true,
    when: 'the limit of the stage or of the route is used up, by any callers',
  },
  headersTooLarge: {
    status: 431,
    message: 'Request Header Fields Too Large',
    responseType: 'DEFAULT_4XX',
    json: true,
    cors: false,
    when: 'request line and header values together are larger than 10,240 bytes',
  },
  internalServerError: {
    status: 500,
    message: 'Internal Server Error',
    responseType: 'INTEGRATION_FAILURE',
    json: true,
    cors: true,
    when: 'the function failed, timed out, answered in an unknown form, or may not be invoked',
  },
  serviceUnavailable: {
    status: 503,
    message: 'Service Unavailable',
    responseType: 'INTEGRATION_FAILURE',
    json: false,
    cors: true,
    when: 'the function did not answer within the integration time-out, or has no concurrency',
  },
} as const;

/** The name of an answer that the gateway itself makes. */
export type GatewayAnswer = keyof typeof gatewayAnswers;

/** An HTTP response, ready to be sent. Header names are lower-case; a list is sent as several headers. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
  /** AWS's name for a response of the gateway's own; absent for the function's. */
  responseType?: string;
}

/** The response for an answer of the gateway's own. */
export function gatewayResponse(name: GatewayAnswer, headers: Record<string, string> = {}): HttpResponse {
  const answer = gatewayAnswers[name];
  return {
    status: answer.status,
    headers: { ...(answer.json ? { 'content-type': 'application/json' } : {}), ...headers },
    body: Buffer.from(JSON.stringify({ message: answer.message })),
    responseType: answer.responseType,
  };
}
