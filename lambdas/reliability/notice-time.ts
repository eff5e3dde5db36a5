/** Clocks of AWS and of a function differ, and a request takes its time: a loss that AWS noticed at once may seem noticed before it began. */
const TOO_EARLY_MS = 1000;
/** What took longer was not noticed but updated for another reason. */
const TOO_LATE_MS = 600_000;

/**
 * How long AWS took to notice a loss, in milliseconds; undefined where the two times do not belong together.
 *
 * @param noticedAt when AWS last updated the session that waits for its player
 * @param lostAt when the page saw the stream for the last time
 */
export function noticeTimeMs(noticedAt: number, lostAt: number): number | undefined {
  const took = noticedAt - lostAt;
  return took < -TOO_EARLY_MS || took > TOO_LATE_MS ? undefined : Math.max(0, took);
}
