/** A process of the simulation: runs one storm after another, each with its seeds, and tells the worst of them. */
import type { SimulationMessage, SimulationOrder } from './messages.ts';
import { type StormResult, simulateStorm } from './simulate-storm.ts';

const tell = (message: SimulationMessage) => process.connected && process.send?.(message, () => {});

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group: who started this decides, and lets go of it when it ends.
process.on('SIGINT', () => {});

process.on('message', async ({ options, seeds }: SimulationOrder) => {
  try {
    const begun = performance.now();
    let worst: StormResult | undefined;
    for (const seed of seeds) {
      const result = await simulateStorm({ ...options, seed }, (second) =>
        tell({ kind: 'progress', second }),
      );
      if (!worst || result.saved / result.possible < worst.saved / worst.possible) worst = result;
    }
    if (!worst) throw new Error('A storm without seeds');
    tell({ kind: 'result', result: worst, tookSeconds: (performance.now() - begun) / 1000 });
  } catch (error) {
    tell({ kind: 'failed', message: (error as Error).message });
  }
});
