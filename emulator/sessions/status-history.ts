import type { Life, SessionStatus, StatusReason } from '../model/lifecycle.ts';

export interface StatusChange {
  /** Epoch milliseconds. */
  at: number;
  status: SessionStatus;
  statusReason?: StatusReason;
}

/** What became of a stream session, and who wants to hear of it. */
export interface StatusHistory {
  record(life: Life): void;
  /** The last changes, the oldest first. */
  list(): readonly StatusChange[];
  /** When the session became ACTIVE for the first time, in epoch milliseconds. */
  firstActiveAt(): number | undefined;
  /** Calls the listener at every change to come, until the returned function is called. */
  onChange(listener: (change: StatusChange) => void): () => void;
}

/** A session that a client keeps losing and finding would otherwise grow for as long as it lives. */
const KEPT = 200;

export function createStatusHistory(born: Life): StatusHistory {
  const changes: StatusChange[] = [{ at: born.createdAt, status: born.status }];
  const listeners = new Set<(change: StatusChange) => void>();
  let activeAt: number | undefined;
  return {
    record: ({ status, statusReason, lastUpdatedAt }) => {
      const change = { at: lastUpdatedAt, status, ...(statusReason && { statusReason }) };
      if (status === 'ACTIVE') activeAt ??= lastUpdatedAt;
      changes.push(change);
      if (changes.length > KEPT) changes.shift();
      for (const listener of [...listeners]) listener(change);
    },
    list: () => changes,
    firstActiveAt: () => activeAt,
    onChange: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
