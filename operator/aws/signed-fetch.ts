import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { Failure } from '../cli/failure.ts';

/** Credentials, and the Region that they are used in. */
export interface Signer {
  region: string;
  credentials: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
  /** A profile of AWS's shared files, which may name endpoints too. */
  profile?: string | undefined;
  /** One address for all services, as the local deployment has it. Undefined: where the SDK finds each service. */
  endpoint?: string | undefined;
}

export interface SignedRequest {
  method: string;
  url: URL;
  /** The service that the signature is for, such as `execute-api`. */
  service: string;
  headers?: Record<string, string>;
  body?: string;
  /** How long to wait for the whole response. Default: {@link TIMEOUT_MS}. */
  timeoutMs?: number;
}

/** A response whose body was read. */
export interface HttpResponse {
  status: number;
  headers: Headers;
  text: string;
}

export const TIMEOUT_MS = 15_000;

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super('sha256', secret);
  }
}

/**
 * Sends a request signed with Signature Version 4. It follows no redirect: a signature is for one address.
 * @throws whatever the credentials or the network fail with
 */
export async function signedFetch(
  { region, credentials }: Signer,
  { method, url, service, headers = {}, body, timeoutMs = TIMEOUT_MS }: SignedRequest,
): Promise<HttpResponse> {
  const signature = new SignatureV4({ region, credentials, service, sha256: Sha256 });
  const signed = await signature.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== '' && { port: Number(url.port) }),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, ...headers },
    ...(body !== undefined && { body }),
  });
  const { host: _host, ...sent } = signed.headers;
  const response = await fetch(url, {
    method,
    headers: sent,
    ...(body !== undefined && { body }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Why a request got no response, in a few words. */
export function networkReason(error: unknown): string {
  const { name, message, code, cause } = error as Error & {
    code?: unknown;
    cause?: { code?: string; message?: string };
  };
  if (name === 'TimeoutError') return 'no answer in time';
  // The message of this error quotes the bad header or address, which may be a session token.
  if (name === 'TypeError' && cause === undefined) {
    return 'the request cannot be made: check the credentials for a line break';
  }
  return cause?.code ?? cause?.message ?? (typeof code === 'string' ? code : message);
}

/** Why a call failed: in AWS's own sentence, or why there is no response. */
export const failureReason = (error: unknown): string =>
  error instanceof Failure ? error.message : networkReason(error);
