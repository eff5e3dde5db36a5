/** The three policies, as the output names them. */
export const POLICIES = ['rejoin', 'sdk', 'sdkBackoff'] as const;
export type Policy = (typeof POLICIES)[number];

/** Names for people. */
export const POLICY_NAMES: Readonly<Record<Policy, string>> = {
  rejoin: 'Rejoin',
  sdk: 'SDK retry alone',
  sdkBackoff: 'SDK retry + browser backoff',
};

/** How long AWS keeps a session that has lost its client: GameLift Streams' default. */
export const CONNECTION_TIMEOUT_SECONDS = 120;

/**
 * How many reconnects are served at once. The function itself waits for a ticket of up to a second, so as many as the quota may be
 * waiting; the others work. More processes than 64 would slow each other down.
 */
export function reconnectWorkers(quota: number): number {
  return Math.min(64, quota + 16);
}

/** How many events each other function serves at once. These functions do not wait for tickets, so more processes would not make them faster. */
export const OTHER_WORKERS = 8;
