/** What the doctor found out about one thing. */
export interface Finding {
  /** `problem`: players will not get in, or not back. `unknown`: it could not be looked at. */
  level: 'ok' | 'warning' | 'problem' | 'unknown';
  /** What it is about, such as `stream group sg-1AB2C3De4`. */
  subject: string;
  /** What was found, without a full stop. */
  says: string;
  /** What to do about it; everything but `ok` has one. */
  todo?: string;
}

type Level = Finding['level'];

const of =
  (level: Exclude<Level, 'ok'>) =>
  (subject: string, says: string, todo: string): Finding => ({ level, subject, says, todo });

export const ok = (subject: string, says: string): Finding => ({ level: 'ok', subject, says });
export const warning = of('warning');
export const problem = of('problem');
export const unknown = of('unknown');
