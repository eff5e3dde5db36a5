import { withTimeLimit } from '../environment/time-limit.ts';
import type { Connections } from './connections.ts';
import type { Stage } from './stage.ts';

/** How long an initialization waits for connections. One that is still opening then is used all the same. */
const OPENING_MS = 300;

/**
 * Does the work once, so that the code is compiled and the connections are open before the first player comes: Lambda initializes
 * with a whole core and answers with a part of one. Nothing of it reaches AWS, and nothing is printed.
 *
 * Never rejects: a rehearsal that fails makes the first request slow, and nothing else.
 *
 * @returns what the work returned, or why there is nothing
 */
export async function rehearse<T>(
  connections: Connections,
  stage: Stage,
  work: () => Promise<T>,
): Promise<{ done: T } | { failed: unknown }> {
  let result: { done: T } | { failed: unknown };
  const streams = [process.stdout, process.stderr];
  const silent = () => true;
  for (const stream of streams) stream.write = silent;
  try {
    result = { done: await connections.rehearsed(stage, work) };
  } catch (failed) {
    result = { failed };
  } finally {
    // The own property goes, and the stream's method is there again.
    for (const stream of streams) if (stream.write === silent) Reflect.deleteProperty(stream, 'write');
  }
  await withTimeLimit(OPENING_MS, connections.opened());
  return result;
}
