import { EXIT, Failure } from '../aws/failure.ts';
import { networkReason } from '../aws/signed-fetch.ts';

/** What the doctor found out about one thing. */
export interface Finding {
  /** `problem`: players will not get in, or not back, or nobody hears of it. `unknown`: it could not be looked at. */
  level: 'ok' | 'warning' | 'problem' | 'unknown';
  /** What it is about, such as `stream group sg-1AB2C3De4`. */
  subject: string;
  /** What was found, without a full stop. */
  says: string;
  /** What to do about it; everything but `ok` has one. */
  todo?: string;
  /** The IAM action for want of which it could not be looked at. */
  missingAction?: string;
  /** What could not be looked at because of this problem. */
  hides?: string;
  /** What this finding may make believe, and was not tried. */
  notTried?: string;
}

type Level = Finding['level'];

const of =
  (level: Exclude<Level, 'ok'>) =>
  (subject: string, says: string, todo: string): Finding => ({ level, subject, says, todo });

export const ok = (subject: string, says: string, notTried?: string): Finding => ({
  level: 'ok',
  subject,
  says,
  ...(notTried !== undefined && { notTried }),
});
export const warning = of('warning');
export const problem = of('problem');
export const unknown = of('unknown');

/** What AWS refused to the credentials, as every call here says it. */
export const denied = (subject: string, says: string, action: string, otherwise?: string): Finding => ({
  ...unknown(subject, says, otherwise === undefined ? `allow ${action}` : `allow ${action}, or ${otherwise}`),
  missingAction: action,
});

/**
 * A service that could not be asked.
 * @param service as a sentence begins with it
 * @param otherwise what to do instead of allowing the action
 */
export function unreadable(
  subject: string,
  { service, action, otherwise }: { service: string; action: string; otherwise?: string },
  error: unknown,
): Finding {
  const reason = error instanceof Failure ? error.message : networkReason(error);
  const says = `${service} cannot be asked (${reason})`;
  if (error instanceof Failure && error.exitCode === EXIT.refused)
    return denied(subject, says, action, otherwise);
  return unknown(subject, says, 'ask again in a minute; if it stays so, check the network and --region');
}
