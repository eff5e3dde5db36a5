import { LONGEST_BRAKE_S } from '../../contract/requests.ts';
import type { Table } from '../dynamodb/table.ts';
import { updateExpression } from '../dynamodb/update-expression.ts';
import type { Log } from '../observability/logs.ts';
import { Problem } from '../problems/problems.ts';
import { spread } from '../problems/waits.ts';

/** Whether operators have paused new sessions, as the one item of the brake's table says it. Times are epoch milliseconds. */
export interface StartBrake {
  /** When it ends by itself. */
  until: number;
  /** When it was set last. */
  setAt: number;
  /** Who set it: the ARN of an operator. */
  operator: string;
  /** Why, in the operator's words. */
  reason: string;
}

/** A sandbox asks the table at most once in this time. So a change takes as long to reach every start. */
const READ_EVERY_MS = 5000;
/** Clients ask again after this. A brake is on for minutes to hours. */
const BRAKE_WAIT_MS = 15_000;

const KEY = { pk: 'BRAKE', sk: 'STARTS' };

/** The brake that an item describes; undefined unless it is on. An item that cannot be understood stops nobody. */
export function brakeIn(item: Record<string, unknown> | undefined, now: number): StartBrake | undefined {
  const { until, setAt, operator, reason } = item ?? {};
  if (typeof until !== 'number' || typeof setAt !== 'number') return undefined;
  // The end of a pause: it ends none for those alone whose clock is behind the operator's.
  if (until <= setAt) return undefined;
  const ends = Math.min(until, setAt + LONGEST_BRAKE_S * 1000);
  return now >= ends ? undefined : { until: ends, setAt, operator: String(operator), reason: String(reason) };
}

/** The refusal of a new session. @param random in [0, 1), spreads the wait */
export function startsPaused({ until }: StartBrake, now: number, random: number): Problem {
  return new Problem(
    'starts_paused',
    'New sessions are paused for now. Sessions that run are not affected.',
    {
      retryAfterMs: spread(Math.max(1000, Math.min(BRAKE_WAIT_MS, until - now)), random),
    },
  );
}

/**
 * Reads the brake for starts: at most once in five seconds, whoever asks meanwhile gets what was read. If it can't be read, it counts as off:
 * the brake must never be what keeps players out.
 */
export function cachedStartBrake(
  table: Pick<Table, 'get'>,
  { now, log }: { now(): number; log: Log },
): () => Promise<StartBrake | undefined> {
  let readAt = Number.NEGATIVE_INFINITY;
  let item: Promise<Record<string, unknown> | undefined> = Promise.resolve(undefined);
  return async () => {
    if (now() >= readAt + READ_EVERY_MS || now() < readAt) {
      readAt = now();
      item = table.get(KEY).catch((error: unknown) => {
        log.warn('brake not read', { cause: error instanceof Error ? error.name : typeof error });
        return undefined;
      });
    }
    return brakeIn(await item, now());
  };
}

/** The brake for operators, who read it afresh. @throws Problem where the table does not answer */
export function tableStartBrake(table: Pick<Table, 'get' | 'update'>) {
  return {
    read: async (now: number) => brakeIn(await table.get(KEY), now),
    /** Sets it, or ends it with an `until` that is not after `setAt`. */
    async write(brake: StartBrake): Promise<void> {
      await table.update(KEY, { ...updateExpression(brake), blind: true });
    },
  };
}

/** The brake as operators see it, with times in ISO 8601. */
export function brakeView(brake: StartBrake | undefined): object {
  if (!brake) return { isOn: false };
  const { until, setAt, operator, reason } = brake;
  const time = (at: number) => new Date(at).toISOString();
  return { isOn: true, until: time(until), setAt: time(setAt), operator, reason };
}
