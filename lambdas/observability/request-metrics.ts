/** What one request cost on its way to the answer: made anew for each request and passed along. */
export interface RequestMetrics {
  /** Spent in calls of GameLift Streams, in milliseconds. */
  awsMs: number;
  /** Spent in the function waiting for a ticket to be due, in milliseconds. */
  waitedMs: number;
  /** Calls that AWS throttled. */
  throttles: number;
  /** Calls that AWS denied: an alarm even where the player hears nothing of it. */
  denials: number;
  /** Sessions that became the player's. */
  imported: number;
  /** Status lookups that AWS answered or failed to answer. One that it throttled or denied counts as such. */
  lookups: number;
  /** Of those, the failed ones. */
  failedLookups: number;
  /** The connection follows one that did not hold: counted, or counted for this session a short time ago. */
  unstableConnection: 'none' | 'counted' | 'again';
  /** Of how many players a failure, or such a connection, was counted in this hour, if it was counted now; of ten at most. */
  failedPlayers: number;
  unstablePlayers: number;
  /** How long AWS took to notice the loss, in milliseconds, where both AWS and the page tell. */
  noticeMs: number | undefined;
  /** What a player reports of a stream that was lost: back after so many milliseconds, never back, or gone before that was known. */
  felt: { readonly backAfterMs: number } | 'neverBack' | 'left' | undefined;
}

/** The metrics of a request that has just arrived. */
export function newRequestMetrics(): RequestMetrics {
  return {
    awsMs: 0,
    waitedMs: 0,
    throttles: 0,
    denials: 0,
    imported: 0,
    lookups: 0,
    failedLookups: 0,
    unstableConnection: 'none',
    failedPlayers: 0,
    unstablePlayers: 0,
    noticeMs: undefined,
    felt: undefined,
  };
}
