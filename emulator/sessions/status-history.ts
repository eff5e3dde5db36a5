import type { Life, StatusReason } from '../model/lifecycle.ts';

/** The status changes of a stream session, for what depends on them. */
export interface StatusHistory {
  record(life: Life): void;
  /** When the session became ACTIVE for the first time, in epoch milliseconds. */
  firstActiveAt(): number | undefined;
  /** Calls the listener at every change to come, until the returned function is called. */
  onChange(listener: (statusReason: StatusReason | undefined) => void): () => void;
}

export function createStatusHistory(): StatusHistory {
  const listeners = new Set<(statusReason: StatusReason | undefined) => void>();
  let activeAt: number | undefined;
  return {
    record: ({ status, statusReason, lastUpdatedAt }) => {
      if (status === 'ACTIVE') activeAt ??= lastUpdatedAt;
      for (const listener of [...listeners]) listener(statusReason);
    },
    firstActiveAt: () => activeAt,
    onChange: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
