import { timingSafeEqual } from 'node:crypto';
import { bodyHash, canonicalRequest, headerValue, type SignedRequest, signatureOf } from './canonical.ts';

export type { SignedRequest } from './canonical.ts';

/** A principal's key. `name` is the principal's name in policies and logs. */
export interface Credential {
  secretAccessKey: string;
  sessionToken?: string;
  name: string;
}

/**
 * Why a request is refused. `missing`: no signature; `malformed`: an unreadable or incomplete one; `unknownKey`: an
 * unknown access key; `sessionToken`: a missing or wrong session token; `scope`: signed for another service, Region or
 * day; `expired`: signed more than 15 minutes ago; `notYetCurrent`: more than 15 minutes from now; `body`: not the signed body;
 * `signature`: another part differs.
 */
export type Refusal =
  | 'missing'
  | 'malformed'
  | 'unknownKey'
  | 'sessionToken'
  | 'scope'
  | 'expired'
  | 'notYetCurrent'
  | 'body'
  | 'signature';

export type Verification =
  | { ok: true; principal: string; accessKeyId: string }
  | { ok: false; reason: Refusal; detail: string };

export interface VerifyOptions {
  /** Signing name, such as `gameliftstreams` or `execute-api`. */
  service: string;
  region: string;
  lookup: (accessKeyId: string) => Credential | undefined;
  /** The current time in epoch milliseconds; the machine's when absent. */
  now?: number;
}

const MAX_SKEW_MINUTES = 15;
const MAX_SKEW_MS = MAX_SKEW_MINUTES * 60 * 1000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$/;

const refuse = (reason: Refusal, detail: string): Verification => ({ ok: false, reason, detail });

/** Epoch milliseconds of `20260102T030405Z`, or undefined. */
function parseLongDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** `20260102T030405Z` of epoch milliseconds. */
const longDateOf = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');

/** Refuses a signature of another time in AWS's words, by which SDKs and people recognize a wrong clock; undefined: it is current. */
function clockSkew(longDate: string, time: number, now: number): Verification | undefined {
  const [earliest, latest] = [now - MAX_SKEW_MS, now + MAX_SKEW_MS];
  if (time < earliest) {
    return refuse(
      'expired',
      `Signature expired: ${longDate} is now earlier than ${longDateOf(earliest)} (${longDateOf(now)} - ${MAX_SKEW_MINUTES} min.)`,
    );
  }
  if (time <= latest) return undefined;
  return refuse(
    'notYetCurrent',
    `Signature not yet current: ${longDate} is still later than ${longDateOf(latest)} (${longDateOf(now)} + ${MAX_SKEW_MINUTES} min.)`,
  );
}

/**
 * Verifies the AWS Signature Version 4 in a request's headers (presigned URLs are not supported). `detail` is one
 * sentence for the caller, without a secret.
 * Source: AWS General Reference, "Authenticating requests (Signature Version 4)".
 */
export function verifySignature(request: SignedRequest, options: VerifyOptions): Verification {
  const authorization = headerValue(request, 'authorization');
  if (!authorization) return refuse('missing', 'The request has no Authorization header.');
  const match = AUTHORIZATION.exec(authorization);
  if (!match) {
    return refuse(
      'malformed',
      'The Authorization header must read: AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=..., Signature=64 hexadecimal digits.',
    );
  }
  const [, accessKeyId = '', date = '', region = '', service = '', headerList = '', given = ''] = match;

  const signedHeaders = headerList.split(';');
  const longDate = headerValue(request, 'x-amz-date') ?? '';
  const time = parseLongDate(longDate);
  if (time === undefined) {
    return refuse('malformed', 'The request needs an x-amz-date header such as 20260102T030405Z.');
  }
  // A header that shapes the call but is not signed could be changed on the way.
  const mustBeSigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'));
  for (const name of ['host', ...mustBeSigned]) {
    if (!signedHeaders.includes(name)) return refuse('malformed', `SignedHeaders must include ${name}.`);
  }

  const credential = options.lookup(accessKeyId);
  if (!credential) return refuse('unknownKey', 'No principal has this access key id.');
  if (headerValue(request, 'x-amz-security-token') !== credential.sessionToken) {
    return refuse(
      'sessionToken',
      'The session token is missing or is not the one issued with this access key.',
    );
  }
  if (region !== options.region || service !== options.service) {
    return refuse(
      'scope',
      `Credential should be scoped to ${options.region}/${options.service}, not to ${region}/${service}.`,
    );
  }
  if (date !== longDate.slice(0, 8)) {
    return refuse('scope', `Date in Credential scope does not match x-amz-date: ${date} and ${longDate}.`);
  }
  const now = options.now ?? Date.now();
  const skew = clockSkew(longDate, time, now);
  if (skew) return skew;
  const declared = headerValue(request, 'x-amz-content-sha256');
  if (declared !== undefined && declared !== bodyHash(request)) {
    return refuse('body', 'x-amz-content-sha256 is not the SHA-256 of the body.');
  }

  let canonical: string;
  try {
    canonical = canonicalRequest(request, signedHeaders);
  } catch {
    return refuse('malformed', 'The query string has a broken percent escape.');
  }
  const expected = signatureOf(canonical, { date, region, service }, longDate, credential.secretAccessKey);
  if (!timingSafeEqual(expected, Buffer.from(given, 'hex'))) {
    return refuse('signature', 'The signature does not match the request.');
  }
  return { ok: true, principal: credential.name, accessKeyId };
}
