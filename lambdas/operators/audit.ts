import type { OperatorUse } from '../../contract/metrics.ts';
import type { OperatorProblemCode } from '../../contract/operator-problems.ts';
import type { Condition, Table } from '../dynamodb/table.ts';
import { OperatorProblem } from '../problems/operator-problems.ts';
import { Problem } from '../problems/problems.ts';
import { UPSTREAM_WAIT_MS } from '../problems/waits.ts';
import type { OperatorCall } from './operator-api.ts';

/** What a use is about: a session, all that is stored of a player, or the brake. */
type Subject =
  | { streamGroupId: string; streamSessionId: string }
  | { userId: string }
  | { about: 'brake/starts' };

/** One use of the operator API that reaches into a player's session, or into what is stored of a player, or keeps players out. */
export type AuditRecord = Subject & {
  action: OperatorUse;
  call: OperatorCall;
  /** Whose session it is, as far as AWS says: its `UserId`. */
  userId?: string | undefined;
  /** The session's status at the time, as far as AWS says. */
  status?: string | undefined;
  reason?: string;
  /** For how long new sessions are paused; 0 for the end of it. */
  seconds?: number;
  /**
   * What came of it: `opened` for a shell whose credentials were handed out, `requested` for what is about to be done, else the
   * code that was answered.
   */
  outcome: 'opened' | 'requested' | OperatorProblemCode;
  /** Epoch milliseconds. */
  at: number;
};

/** The outcome of a use that failed: the code that is answered. */
export function outcomeOf(error: unknown): OperatorProblemCode {
  return error instanceof Problem ? (error as Problem<OperatorProblemCode>).code : 'broker_misconfigured';
}

/** Writes what operators did. No code here reads or changes it. */
export interface Audit {
  /**
   * Writes one record, before anything that it is about leaves.
   * @throws OperatorProblem `audit_unavailable` where it can't be written: then nothing may leave.
   */
  write(record: AuditRecord): Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * The audit in a table of its own, by session, or by what else it is about, then time. A record is only ever added: the write is conditional.
 *
 * @param retentionDays after how many days DynamoDB deletes a record; without it, none is deleted
 */
export function tableAudit(table: Pick<Table, 'putNew'>, retentionDays?: number): Audit {
  return {
    async write({ call, at, ...record }) {
      const { entry, ...who } = call;
      const time = new Date(at).toISOString();
      const item = {
        pk: keyOf(record),
        sk: `${time}#${who.requestId}`,
        at: time,
        ...record,
        ...who,
        operatorEntry: entry,
        // Epoch seconds, as DynamoDB reads it.
        ...(retentionDays !== undefined && { ttl: Math.ceil((at + retentionDays * DAY_MS) / 1000) }),
      };
      let cause: unknown;
      // A write whose answer was lost is repeated, and then finds its own record: it is recorded.
      const added = await table.putNew(item, isSame(item)).catch((error) => {
        cause = error;
        return false;
      });
      // Another record of this name is there, or the table does not answer. No role here may read it.
      if (added) return;
      throw new OperatorProblem(
        'audit_unavailable',
        'What you asked for could not be recorded, so nothing was done or handed out; ask again.',
        { retryAfterMs: UPSTREAM_WAIT_MS },
        cause,
      );
    },
  };
}

/** The partition of a record: what the use is about. */
function keyOf(subject: Subject): string {
  if ('streamGroupId' in subject) return `${subject.streamGroupId}/${subject.streamSessionId}`;
  return 'about' in subject ? subject.about : `PLAYER#${subject.userId}`;
}

/** Holds for an item that has all of these attributes. */
function isSame(item: object): Condition {
  const attributes = Object.entries(item).filter(([, value]) => value !== undefined);
  return {
    condition: attributes.map((_, at) => `#a${at} = :a${at}`).join(' AND '),
    names: Object.fromEntries(attributes.map(([name], at) => [`#a${at}`, name])),
    values: Object.fromEntries(attributes.map(([, value], at) => [`:a${at}`, value])),
  };
}
