import type { HttpResponse } from './answers.ts';

/** Headers that API Gateway sets itself, or that would contradict the body. */
const ownHeaders = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'apigw-requestid',
]);

/**
 * The HTTP response that a function's result means in payload format 2.0. An object with a `statusCode` is a
 * response; anything else is the body of a 200 with `application/json`, a bare string without its quotes.
 * @param payload what the function returned, as JSON
 * @returns undefined for a malformed response, for which API Gateway sends its own 500
 */
export function functionResponse(payload: string): HttpResponse | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    value = payload;
  }
  if (isObject(value) && 'statusCode' in value) return structuredResponse(value);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(typeof value === 'string' ? value : payload),
  };
}

function structuredResponse(answer: Record<string, unknown>): HttpResponse | undefined {
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = withoutNulls(answer);
  const status = typeof statusCode === 'string' ? Number(statusCode) : statusCode;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599)
    return undefined;
  if (!isObject(headers) || !Array.isArray(cookies) || typeof isBase64Encoded !== 'boolean') return undefined;
  if (typeof body !== 'string' || !cookies.every((cookie) => typeof cookie === 'string')) return undefined;
  const sent: HttpResponse['headers'] = {};
  for (const [name, value] of Object.entries(headers)) {
    if (isObject(value) || Array.isArray(value)) return undefined;
    const lower = name.toLowerCase();
    if (!ownHeaders.has(lower) && value !== null) sent[lower] = String(value);
  }
  if (cookies.length > 0) sent['set-cookie'] = cookies as string[];
  sent['content-type'] ??= 'text/plain; charset=utf-8';
  return { status, headers: sent, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
}

/** A null property counts as left out. */
function withoutNulls(answer: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== null));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
