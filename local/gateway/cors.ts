import type { CorsModel } from '../template/model.ts';

/**
 * The CORS headers of an ordinary response; none without an allowed `Origin`. API Gateway adds them to the
 * function's responses and to its own, and drops the function's own CORS headers.
 */
export function corsHeaders(cors: CorsModel | undefined, origin: string | undefined): Record<string, string> {
  if (!cors) return {};
  const allowed = allowedOrigin(cors, origin);
  if (allowed === undefined) return { vary: 'origin' };
  return {
    'access-control-allow-origin': allowed,
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(cors.exposeHeaders.length > 0
      ? { 'access-control-expose-headers': cors.exposeHeaders.join(',').toLowerCase() }
      : {}),
    vary: 'origin',
  };
}

/**
 * The headers of the response to a preflight. Without an allowed origin and a requested method, the response is an
 * empty 204 without CORS headers, and the browser refuses the request.
 */
export function preflightHeaders(
  cors: CorsModel,
  origin: string | undefined,
  requestedMethod: string | undefined,
): Record<string, string> {
  if (requestedMethod === undefined || allowedOrigin(cors, origin) === undefined) return { vary: 'origin' };
  return {
    ...corsHeaders(cors, origin),
    ...(cors.allowMethods.length > 0 ? { 'access-control-allow-methods': cors.allowMethods.join(',') } : {}),
    ...(cors.allowHeaders.length > 0
      ? { 'access-control-allow-headers': cors.allowHeaders.join(',').toLowerCase() }
      : {}),
    ...(cors.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
}

/**
 * A function's headers with the gateway's CORS headers: "If you configure CORS for an API, API Gateway ignores
 * CORS headers returned from your backend integration" (API Gateway developer guide).
 */
export function mergeCors(
  headers: Record<string, string | string[]>,
  cors: Record<string, string>,
): Record<string, string | string[]> {
  if (Object.keys(cors).length === 0) return headers;
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'));
  const { vary } = headers;
  return { ...Object.fromEntries(kept), ...cors, ...(vary === undefined ? {} : { vary: `${vary}, origin` }) };
}

/** Origins are compared exactly; `*`, `https://*` and `http://*` are the wildcards HTTP APIs know. */
function allowedOrigin(cors: CorsModel, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  if (cors.allowOrigins.includes('*')) return cors.allowCredentials ? origin : '*';
  const listed = cors.allowOrigins.some(
    (allowed) =>
      allowed === origin ||
      ((allowed === 'https://*' || allowed === 'http://*') && origin.startsWith(allowed.slice(0, -1))),
  );
  return listed ? origin : undefined;
}
