/**
 * What a failed AWS call means for the broker. `refused` kinds had no effect at AWS; `internal`, `network` and
 * `timeout` leave the outcome unknown.
 */
export type AwsFailureKind =
  | 'throttled'
  | 'denied'
  | 'conflict'
  /** The session plays, but AWS has not prepared access to it yet. */
  | 'notReady'
  | 'invalid'
  | 'notFound'
  | 'quota'
  /** AWS answered, but without the signal response: it accepted the offer and does not repeat its answer. */
  | 'answerless'
  | 'internal'
  | 'network'
  | 'timeout';

const KIND_BY_NAME: Readonly<Record<string, AwsFailureKind>> = {
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  Throttling: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  SlowDown: 'throttled',
  AccessDeniedException: 'denied',
  UnrecognizedClientException: 'denied',
  InvalidSignatureException: 'denied',
  ExpiredTokenException: 'denied',
  MissingAuthenticationTokenException: 'denied',
  IncompleteSignatureException: 'denied',
  CredentialsProviderError: 'denied',
  ConflictException: 'conflict',
  StreamSessionAccessNotReadyException: 'notReady',
  ValidationException: 'invalid',
  ResourceNotFoundException: 'notFound',
  ServiceQuotaExceededException: 'quota',
  InternalServerException: 'internal',
  AbortError: 'timeout',
  TimeoutError: 'timeout',
};

/** Node's codes for a connection that broke. The SDK calls some of these a TimeoutError as well. */
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * The kind of failure behind an error's name and HTTP status, never its message: by name where AWS documents it,
 * else by status, else a broken network.
 *
 * @param httpStatus the response's, or undefined when none arrived.
 * @param code Node's code of a system error, if it is one.
 */
export function awsFailureKind(name: string, httpStatus: number | undefined, code?: string): AwsFailureKind {
  if (code !== undefined && BROKEN_CONNECTION.has(code)) return 'network';
  const known = Object.hasOwn(KIND_BY_NAME, name) ? KIND_BY_NAME[name] : undefined;
  if (known !== undefined) return known;
  if (httpStatus === undefined) return 'network';
  if (httpStatus === 429) return 'throttled';
  if (httpStatus === 401 || httpStatus === 403) return 'denied';
  if (httpStatus === 408) return 'timeout';
  // A 404 that does not say ResourceNotFoundException comes from something in between and proves nothing.
  if (httpStatus === 404) return 'internal';
  if (httpStatus === 409) return 'conflict';
  if (httpStatus === 402) return 'quota';
  if (httpStatus >= 400 && httpStatus < 500) return 'invalid';
  return 'internal';
}

/** Whether AWS may have acted on the call although it failed. */
export function isUncertain(kind: AwsFailureKind): boolean {
  return kind === 'internal' || kind === 'network' || kind === 'timeout';
}

/** A failed AWS call, after all its retries. */
export class AwsFailure extends Error {
  override readonly name = 'AwsFailure';
  readonly kind: AwsFailureKind;
  /** AWS may have acted on this call or on one of its earlier attempts. */
  readonly uncertain: boolean;

  constructor(kind: AwsFailureKind, uncertain: boolean, cause?: unknown) {
    super(`AWS call failed: ${kind}`, { cause });
    this.kind = kind;
    this.uncertain = uncertain;
  }
}
