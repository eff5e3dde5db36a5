/** What one request cost on its way to the answer. */
interface Measured {
  /** Spent in calls of GameLift Streams, in milliseconds. */
  awsMs: number;
  /** Spent in the function waiting for a turn, in milliseconds. */
  waitedMs: number;
  /** Calls that AWS throttled. */
  throttles: number;
  /** Calls that AWS denied: an alarm even where the player hears nothing of it. */
  denials: number;
  /** Sessions that became the player's. */
  adopted: number;
}

const nothing: Measured = { awsMs: 0, waitedMs: 0, throttles: 0, denials: 0, adopted: 0 };

/** Of the request that this sandbox answers: it answers one at a time. */
export const measured: Measured = { ...nothing };

/** Begins anew, for the next request. */
export function forgetMeasured(): void {
  Object.assign(measured, nothing);
}
