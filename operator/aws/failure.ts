/** Exit codes of the command line, documented in docs/operator.md. Once a shell runs, its plugin's own code is passed on. */
export const EXIT = {
  done: 0,
  /** Something failed that is nobody's fault at the keyboard. */
  failed: 1,
  /** The command, or what the API was asked for, is not valid. */
  usage: 2,
  /** No credentials, or credentials that the API refuses. */
  refused: 3,
  /** There is no such stream session. */
  notFound: 4,
  /** The stream session's status does not allow it. */
  status: 5,
  /** It did not work out in the time given; later it may. */
  later: 6,
  /** The Session Manager plugin is missing or too old. */
  plugin: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What goes wrong in one line that says what to do, and the exit code that goes with it. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  /** The API's error code, where it answered one. */
  readonly code: string | undefined;
  /** How long to wait before the same request may work, in milliseconds; undefined where it never will. */
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
