import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Enough loops to make a machine busy. */
export const LOOPS = availableParallelism();

/**
 * Keeps cores busy until `end()`. The loops are threads of this process and end with it.
 * @param count how many
 */
export function startLoops(count: number): { end(): Promise<void> } {
  const loops = Array.from({ length: count }, () => new Worker('for (;;);', { eval: true }));
  return {
    async end() {
      await Promise.all(loops.map((loop) => loop.terminate()));
    },
  };
}
