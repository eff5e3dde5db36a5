import { failureReason } from '../aws/signed-fetch.ts';
import { EXIT, Failure } from '../cli/failure.ts';

/** The result of one check. */
export interface Finding {
  /** `problem`: players cannot start or reconnect, or no alarm reaches a person. `unknown`: it could not be checked. */
  level: 'ok' | 'warning' | 'problem' | 'unknown';
  /** What was checked, such as `stream group sg-1AB2C3De4`. */
  subject: string;
  /** The result, without a full stop. */
  says: string;
  /** What to do about it. Every level but `ok` has one. */
  todo?: string;
  /** The missing IAM action, if that is why it could not be checked. */
  missingAction?: string;
  /** What could not be checked because of this problem. */
  hides?: string;
  /** What was not tried, although this finding may suggest it. */
  notTried?: string;
}

type Level = Finding['level'];

const findingOf =
  (level: Exclude<Level, 'ok'>) =>
  (subject: string, says: string, todo: string): Finding => ({ level, subject, says, todo });

export const ok = (subject: string, says: string, notTried?: string): Finding => ({
  level: 'ok',
  subject,
  says,
  ...(notTried !== undefined && { notTried }),
});
export const warning = findingOf('warning');
export const problem = findingOf('problem');
export const unknown = findingOf('unknown');

/** AWS denied the credentials a call. */
export const denied = (subject: string, says: string, action: string, otherwise?: string): Finding => ({
  ...unknown(subject, says, otherwise === undefined ? `allow ${action}` : `allow ${action}, or ${otherwise}`),
  missingAction: action,
});

/**
 * A call of an AWS service failed.
 * @param service its name, as at the beginning of a sentence
 * @param otherwise what to do instead of allowing the action
 */
export function unreadable(
  subject: string,
  { service, action, otherwise }: { service: string; action: string; otherwise?: string },
  error: unknown,
): Finding {
  const says = `${service} could not be read (${failureReason(error)})`;
  if (error instanceof Failure && error.exitCode === EXIT.refused)
    return denied(subject, says, action, otherwise);
  return unknown(
    subject,
    says,
    'run the doctor again in a minute; if this happens again, check the network and --region',
  );
}
