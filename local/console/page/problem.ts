/** What to do about a refusal: repeat exactly this request, make a new offer first, or nothing. */
type Retry = 'same' | 'newOffer' | 'never';

/** Why the player API said no, whether it was the API itself, the gateway before it, or nobody at all. */
export interface Refusal {
  /** A code of the API's own, or `gateway_<status>`, or `unreachable`. */
  code: string;
  /** HTTP status; 0 when no answer came. */
  status: number;
  retry: Retry;
  /** One sentence for the player. */
  detail: string;
  /** The least to wait before the next request, where the server knows it. */
  retryAfterMs?: number;
  /** Why AWS ended the session, in its words. */
  statusReason?: string;
  /** The player's place in the queue when the account's quota is taken. */
  queuePosition?: number;
}

/** Nobody waits longer than this on one word of the server. */
const MOST_WAIT_MS = 120_000;

const RETRIES: readonly unknown[] = ['same', 'newOffer', 'never'];

const GATEWAY: Record<number, string> = {
  401: 'The API doesn’t accept your sign-in. Sign out and sign in again.',
  403: 'Your sign-in lacks the right to play. Sign out and sign in as another player.',
  404: 'The API doesn’t know this address. Check that page and API are of the same deployment.',
  413: 'The browser’s offer is larger than the API takes. Try another browser.',
  429: 'The API is busy.',
};

/** Reads a refusal; anything that is not problem+json with a known `retry` came from the gateway. */
export function refusalOf(status: number, headers: Headers, body: unknown): Refusal {
  const wait = waitOf(headers.get('retry-after'), body);
  const known = (headers.get('content-type') ?? '').startsWith('application/problem+json') && isProblem(body);
  if (!known) {
    const retry = status === 429 || status >= 500 ? 'same' : 'never';
    const detail = GATEWAY[status] ?? `The API answered ${status}.`;
    return { code: `gateway_${status}`, status, retry, detail, ...wait };
  }
  return {
    code: body.code,
    status,
    retry: body.retry,
    detail: typeof body.detail === 'string' ? body.detail : String(body.title ?? body.code),
    ...wait,
    ...(typeof body.statusReason === 'string' ? { statusReason: body.statusReason } : {}),
    ...(typeof body.queuePosition === 'number' ? { queuePosition: body.queuePosition } : {}),
  };
}

/** The refusal when no answer came: the network, or a gateway's answer without CORS headers, which look the same. */
export function unreachable(): Refusal {
  return {
    code: 'unreachable',
    status: 0,
    retry: 'same',
    detail: 'The API can’t be reached from this browser.',
  };
}

/**
 * Milliseconds until the next try. A server's wait is never shortened, and spread a little so that players told the
 * same don't come back as one; without one the wait is random up to a bound that doubles.
 */
export function waitMs(refusal: Refusal, attempt: number, random: () => number = Math.random): number {
  const { retryAfterMs } = refusal;
  if (retryAfterMs !== undefined)
    return Math.round(retryAfterMs + random() * Math.min(1000, 100 + retryAfterMs / 10));
  return Math.round(100 + random() * Math.min(5000, 250 * 2 ** attempt));
}

interface Problem {
  code: string;
  retry: Retry;
  [name: string]: unknown;
}

function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false;
  return 'code' in body && typeof body.code === 'string' && 'retry' in body && RETRIES.includes(body.retry);
}

function waitOf(header: string | null, body: unknown): { retryAfterMs?: number } {
  const exact =
    typeof body === 'object' && body !== null && 'retryAfterMs' in body ? body.retryAfterMs : undefined;
  const seconds = header !== null && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
  const wait = typeof exact === 'number' && exact >= 0 ? exact : seconds;
  return wait === undefined ? {} : { retryAfterMs: Math.min(wait, MOST_WAIT_MS) };
}
