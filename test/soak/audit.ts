import type { Control } from '../emulator-control.ts';
import type { AwsRecord, RecordedCall } from './aws-record.ts';
import { type EmulatorSession, isOver } from './emulator.ts';
import type { Tally } from './tally.ts';
import type { Violations } from './violations.ts';

/** What the audit compares. */
export interface Audited {
  control: Control;
  aws: AwsRecord;
  tally: Tally;
  violations: Violations;
  /** The player's number by the name that AWS knows. */
  playerOf(userId: string): number | undefined;
  /** Whether the player of a session has asked to end it. */
  askedToEnd(session: string): boolean;
}

/** Asks AWS what it accepted and whose its sessions are, also where nobody saw the answer. It may run at any time. */
export async function auditSoFar({ control, aws, tally, playerOf }: Audited): Promise<EmulatorSession[]> {
  aws.recorded((await control('GET', 'calls')) as RecordedCall[]);
  const sessions = (await control('GET', 'streamsessions')) as EmulatorSession[];
  for (const { id, userId } of sessions) {
    const player = playerOf(userId ?? '');
    if (player !== undefined) tally.owned(id, player);
  }
  tally.settle();
  return sessions;
}

/** The last audit, when nothing is under way any more. */
export async function auditAtEnd(audited: Audited): Promise<void> {
  const { aws, violations, askedToEnd } = audited;
  const sessions = await auditSoFar(audited);
  aws.compare(sessions);
  for (const { id, status, statusReason } of sessions) {
    if (isOver(status) && statusReason === 'apiTerminated' && !askedToEnd(id))
      violations.add('ended unasked', `${id} is ${status}`);
  }
}
