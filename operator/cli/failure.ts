/** Exit codes of the command line, documented in docs/operator.md. Once a shell runs, the exit code is the plugin's own. */
export const EXIT = {
  done: 0,
  /** Something failed that the operator did not cause. */
  failed: 1,
  /** The command line, or the request to the API, is not valid. */
  usage: 2,
  /** There are no credentials, or the API refuses them. */
  refused: 3,
  /** There is no such stream session, or nothing is known of the request or player. */
  notFound: 4,
  /** The stream session's status does not allow it. */
  status: 5,
  /** It did not work in the given time. It may work later. */
  later: 6,
  /** The Session Manager plugin is missing or too old. */
  plugin: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something went wrong. The message is one line that says what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  /** The API's error code, if it answered with one. */
  readonly code: string | undefined;
  /** How long to wait before the same request may work, in milliseconds. Undefined: it never will. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    exitCode: ExitCode,
    more: { code?: string | undefined; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.exitCode = exitCode;
    this.code = more.code;
    this.retryAfterMs = more.retryAfterMs;
  }
}
