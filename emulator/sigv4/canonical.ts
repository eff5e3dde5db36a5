import { createHash, createHmac } from 'node:crypto';

/** The parts of an HTTP request that a signature covers, unchanged. */
export interface SignedRequest {
  method: string;
  /** The request target: raw path and query, exactly as received (`request.url` of node:http). */
  target: string;
  /** Header names in lower case, as node:http gives them. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  body: Uint8Array;
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Uint8Array, data: string) => createHmac('sha256', key).update(data).digest();

/** Percent-encodes everything but RFC 3986's unreserved characters. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * Every service but S3 signs the path encoded twice, without empty and dot segments: an ARN that is sent as
 * `arn%3Aaws` is signed as `arn%253Aaws`.
 */
function canonicalPath(rawPath: string): string {
  const segments: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(encode(segment));
  }
  return `/${segments.join('/')}${segments.length > 0 && rawPath.endsWith('/') ? '/' : ''}`;
}

/** @throws URIError when the query has a broken percent escape */
function canonicalQuery(rawQuery: string): string {
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value.join('=')))] as const;
    })
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** A header's value in the form that is signed; undefined when the request lacks it. */
export function headerValue(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  if (value === undefined) return undefined;
  return (typeof value === 'string' ? value : value.join(',')).trim().replace(/\s+/g, ' ');
}

/**
 * The canonical request of Signature Version 4.
 * @throws URIError when the query has a broken percent escape
 */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const mark = request.target.indexOf('?');
  const path = mark < 0 ? request.target : request.target.slice(0, mark);
  const query = mark < 0 ? '' : request.target.slice(mark + 1);
  return [
    request.method.toUpperCase(),
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${headerValue(request, name) ?? ''}`),
    '',
    signedHeaders.join(';'),
    bodyHash(request),
  ].join('\n');
}

/** Lower-case hexadecimal SHA-256 of the body, as in `x-amz-content-sha256`. */
export const bodyHash = (request: SignedRequest): string => sha256(request.body);

/** The signature that the holder of the secret makes. */
export function signatureOf(
  canonical: string,
  scope: { date: string; region: string; service: string },
  longDate: string,
  secretAccessKey: string,
): Buffer {
  const { date, region, service } = scope;
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, date), region), service), 'aws4_request');
  const credentialScope = `${date}/${region}/${service}/aws4_request`;
  return hmac(key, `AWS4-HMAC-SHA256\n${longDate}\n${credentialScope}\n${sha256(canonical)}`);
}
