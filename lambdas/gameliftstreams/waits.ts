import type { StreamSessionStatus } from '../../contract/stream-session-status.ts';

/**
 * How long a client waits, in milliseconds before spreading, until AWS may take a connection to a session in
 * this status. CONNECTED: AWS has not noticed the loss. The service documents no time for it; a second is short
 * against what a player notices and long against a quota of 20 calls a second. Where the deployer has measured it, the wait is longer.
 */
export function reconnectableInMs(status: StreamSessionStatus | undefined, noticedInMs = 0): number {
  if (status === 'RECONNECTING') return 500;
  if (status === 'ACTIVATING') return 2000;
  return status === 'CONNECTED' ? Math.max(1000, noticedInMs) : 1000;
}

/**
 * When AWS will have noticed a loss, in milliseconds from now; 0 where that is not known.
 * @param silentMs for how long the page has seen nothing, if it says so
 */
export function noticedInMs(
  group: { noticeSeconds?: number | undefined },
  silentMs: number | undefined,
): number {
  if (group.noticeSeconds === undefined || silentMs === undefined) return 0;
  return Math.max(0, group.noticeSeconds * 1000 - silentMs);
}

/** A throttled account: until the next free slot of a per-second quota with others in the queue. */
export const THROTTLED_WAIT_MS = 1500;

/** The longest that AWS looks for a place for a session, but on Windows on demand (developer guide): 75 s always-on, 90 s on demand. */
const PLACED_MS = 90_000;

/**
 * For how long AWS keeps a session whose id nobody knows: until it is placed, and then as long as it waits for a client.
 * On Windows on demand the placement may take up to ten minutes; hardly anybody would wait that long for another session.
 */
export function unknownSessionMs({ connectionTimeoutSeconds }: { connectionTimeoutSeconds: number }): number {
  return PLACED_MS + connectionTimeoutSeconds * 1000;
}

/** A stream group that is not ACTIVE, or has no capacity, changes in seconds to minutes. */
export const GROUP_WAIT_MS = 5000;
