/** A line of a log group, and when it came, in epoch milliseconds. */
export interface LogEvent {
  at: number;
  message: string;
}

/** More lines than anybody looks at. Older ones are forgotten. */
const MAX_LINES = 10_000;

/** The newest lines of each log group. */
export interface LogStore {
  append(group: string, message: string, at: number): void;
  /** @returns undefined if there is no such group */
  linesOf(group: string): readonly LogEvent[] | undefined;
}

/** @param groups the names of the log groups */
export function createLogStore(groups: readonly string[]): LogStore {
  const lines = new Map<string, LogEvent[]>(groups.map((group) => [group, []]));
  return {
    append(group, message, at) {
      const events = lines.get(group);
      if (events === undefined) return;
      events.push({ at, message });
      if (events.length > MAX_LINES) events.shift();
    },
    linesOf: (group) => lines.get(group),
  };
}
