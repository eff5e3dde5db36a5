import { COUNTED_AGAIN_MS } from './sli.ts';

/** A connection that is followed by another one so soon has never carried much. */
const UNSTABLE_MS = 30_000;
/** A page that saw its stream for this long after the answer had a stable connection: that one, or one before it that came back. */
const HELD_MS = 5000;

/**
 * Whether the connection before a new one was unstable: it was answered, and the next one follows so soon that it can't have
 * carried anything. 'again' where that was counted a short time ago.
 *
 * A page that names another connection never used the last one: the one before plays on there. A device that takes the stream over
 * names none.
 *
 * @param lostAt when the page saw the stream for the last time, if it says so
 */
export function classifyConnection(
  last: {
    connectionId: string | undefined;
    answeredAt: number | undefined;
    unstableCountedAt: number | undefined;
  },
  previousConnectionId: string | undefined,
  now: number,
  lostAt?: number,
): 'none' | 'counted' | 'again' {
  const { connectionId, answeredAt, unstableCountedAt } = last;
  const soon = answeredAt !== undefined && now < answeredAt + UNSTABLE_MS;
  if (!soon || previousConnectionId === undefined || previousConnectionId !== connectionId) return 'none';
  if (lostAt !== undefined && lostAt >= answeredAt + HELD_MS) return 'none';
  const counted = unstableCountedAt !== undefined && now < unstableCountedAt + COUNTED_AGAIN_MS;
  return counted ? 'again' : 'counted';
}
