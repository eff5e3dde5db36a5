/** The three ways to come back, as the output names them. */
export const POLICIES = ['rejoin', 'sdk', 'sdkBackoff'] as const;
export type Policy = (typeof POLICIES)[number];

/** For people. */
export const POLICY_NAMES: Readonly<Record<Policy, string>> = {
  rejoin: 'Rejoin',
  sdk: 'SDK retry alone',
  sdkBackoff: 'SDK retry + browser backoff',
};

/** How long AWS keeps a session that has lost its client: GameLift Streams' default. */
export const CONNECTION_TIMEOUT_SECONDS = 120;

/**
 * How many events of one function are served at once. A function waits for turns of up to a second itself, so a quota's worth of
 * them may be waiting; the others work. More processes than the most would only get in each other's way.
 */
export function workersFor(quota: number): number {
  return Math.min(64, quota + 16);
}
