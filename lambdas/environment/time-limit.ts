/** An answer leaves this long before Lambda kills its function. */
export const ANSWER_BEFORE_END_MS = 300;

/**
 * Whatever a function still does, its caller gets an answer this long before Lambda kills it. A route's own time limits end earlier. So
 * this is for a sandbox that stood still, or for a table that was slow at each of several requests.
 */
export const LAST_ANSWER_MS = 100;

/**
 * What comes of some work, or 'late' where it takes longer. The work goes on; nobody waits for it.
 *
 * @param milliseconds how long to wait; nothing or less is no time at all.
 */
export async function withTimeLimit<T>(milliseconds: number, work: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
