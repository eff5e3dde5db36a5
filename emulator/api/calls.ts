/** One call of the service, as `GET /_emulator/calls` shows it. */
export interface CallRecord {
  operation: string;
  principal: string | null;
  clientToken: string | null;
  /** The HTTP status of the response, also of a lost one; null without a response. */
  status: number | null;
  /** When it arrived, ISO 8601. */
  at: string;
  /** The exception's name, for an error. */
  error?: string;
  /** The faults that hit it, joined by a comma. */
  fault?: string;
}

const MAX_CALLS = 200_000;

export interface Calls {
  add(call: CallRecord): CallRecord;
  list(): readonly CallRecord[];
  clear(): void;
}

/** The record of calls, in order of arrival. When it is full, the oldest are dropped. */
export function createCalls(limit = MAX_CALLS): Calls {
  let calls: CallRecord[] = [];
  return {
    add: (call) => {
      calls.push(call);
      // Drops many at once: dropping one at each call would copy the whole list each time.
      if (calls.length > limit * 1.1) calls = calls.slice(-limit);
      return call;
    },
    list: () => calls.slice(-limit),
    clear: () => {
      calls = [];
    },
  };
}
