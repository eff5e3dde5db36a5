import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** As many as make a machine busy. */
export const LOOPS = availableParallelism();

/**
 * Keeps cores busy until it is ended. They are threads of this process: whatever ends it ends them.
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
