import { compact, membersOf } from './compact.ts';
import { API_CODES, type ApiCode, RETRIES, type Retry, type StreamSession } from './contract.ts';

/** Every reason for which an attempt fails. Those after the API's are found by the client. */
export type Code =
  | ApiCode
  /** An answer without a code that is known here: API Gateway's own, or a proxy's. `status` tells which. */
  | 'gateway'
  /** `fetch` failed: no network, or an answer without CORS headers, which look the same. */
  | 'unreachable'
  /** No answer in time; the request may have taken effect. */
  | 'timeout'
  /** An answer that should be the wanted one and cannot be read. */
  | 'garbled'
  /** `getAccessToken` failed. */
  | 'token_unavailable'
  /** The API answered and no picture came. */
  | 'no_picture';

/** Why an attempt failed, as states and events show it. */
export interface Word {
  readonly code: Code;
  /** Finds the request in the deployment's logs, for support. Present where the API itself answered. */
  readonly requestId?: string;
  /** What was thrown, where something was: by `getAccessToken`, or by `fetch`. */
  readonly error?: unknown;
}

/** All that is known of a failed attempt. */
export interface Refusal extends Word {
  /** HTTP status; 0 where there was no answer. */
  status: number;
  retry: Retry;
  /** A sentence for people. */
  detail: string;
  /** The wait that the server named, in milliseconds. */
  retryAfterMs?: number;
  queuePosition?: number;
  mayBeTooLate?: boolean;
  statusReason?: string;
  /** The session's status where the API looked it up. */
  streamSessionStatus?: string;
  /** The live session because of which a start was refused. */
  streamSession?: StreamSession;
}

/** The part of a refusal that outlives it. */
export function wordOf({ code, requestId, error }: Refusal): Word {
  return compact({ code, requestId, error });
}

/** A failure that the client found, not the API. */
export function failure(code: Code, retry: Retry = 'same', status = 0, error?: unknown): Refusal {
  return compact({ code, status, retry, detail: '', error });
}

/** Reads a refusal. Without a known code it came from the gateway: docs/protocol.md says what follows. */
export function refusalOf(status: number, retryAfter: string | null, body: unknown): Refusal {
  const members = membersOf(body);
  const retry = RETRIES.find((known) => known === members.retry);
  const mayPass = status === 429 || status === 408 || status >= 500;
  return compact({
    ...members,
    code: retry && isApiCode(members.code) ? members.code : 'gateway',
    status,
    retry: retry ?? (mayPass ? 'same' : 'never'),
    detail: String(members.detail ?? members.message ?? ''),
    retryAfterMs: waitOf(retryAfter, members.retryAfterMs),
  });
}

/** Whether this is a code of the API. */
export function isApiCode(code: unknown): code is ApiCode {
  return API_CODES.includes(code as ApiCode);
}

/** The exact wait if present, else the header's whole seconds. An HTTP date is ignored: clocks differ. */
function waitOf(header: string | null, exact: unknown): number | undefined {
  if (typeof exact === 'number' && exact >= 0) return exact;
  return /^\d+$/.test(header ?? '') ? Number(header) * 1000 : undefined;
}
