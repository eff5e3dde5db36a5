import { availableParallelism, totalmem } from 'node:os';
import { progressLine } from '../progress.ts';
import { startChild } from './child.ts';
import type { SimulationMessage, SimulationOrder } from './messages.ts';
import { isHeld, SCENARIOS, type Scenario, seedsOf } from './simulate-scenarios.ts';
import type { StormResult } from './simulate-storm.ts';

interface Row {
  result: StormResult;
  tookSeconds: number;
}

/** A million players wait in some 4 GB. */
const HEAP_MB = Math.min(12_000, Math.floor((totalmem() / 2 ** 20) * 0.6));

const HEAD =
  'storm                              saved of possible   last s floor s  AWS/pl HTTP/pl polls/pl polls/s  AWS peak/s  writes/pl   took';

/**
 * Runs storms in virtual time, as many side by side as there are cores, and prints a table. Of a storm that is run
 * with several seeds the worst is shown.
 *
 * @param scenarios what to run; the whole sweep if not given
 * @param mayLose players may be lost, as in a storm that is too large for its quota
 * @throws Error naming the storms in which more than 1 % of the possible were lost
 */
export async function runSimulation({
  json = false,
  scenarios = SCENARIOS,
  mayLose = false,
}: {
  json?: boolean;
  scenarios?: readonly Scenario[];
  mayLose?: boolean;
} = {}): Promise<void> {
  const progress = progressLine();
  const rows = new Map<string, Row>();
  let printed = 0;
  const print = () => {
    for (let next = scenarios[printed]; next; next = scenarios[printed]) {
      const row = rows.get(next[0]);
      if (!row) return;
      if (printed++ === 0) console.log(HEAD);
      console.log(line(next[0], row));
    }
  };
  // The largest take as long as all the others: they begin first.
  const waiting = scenarios.toSorted(([, a], [, b]) => (b.players ?? 0) - (a.players ?? 0));
  const lanes = Math.min(availableParallelism(), waiting.length);
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      const child = startChild<SimulationMessage, SimulationOrder>(
        'simulate-process.ts',
        {},
        { heapMB: HEAP_MB },
      );
      try {
        let name = '';
        child.on((message) => {
          if (message.kind === 'progress') {
            progress.show(
              `${rows.size} of ${scenarios.length} storms; ${name}: second ${message.second} ...`,
            );
          }
        });
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [title, options] = next;
          name = title;
          const answer = child.next('result');
          child.send({ kind: 'run', options, seeds: seedsOf(options) });
          rows.set(title, await answer);
          progress.end();
          print();
        }
      } finally {
        await child.end();
      }
    }),
  );
  if (json)
    console.log(JSON.stringify(Object.fromEntries([...rows].map(([name, { result }]) => [name, result]))));
  const missed = scenarios.map(([name]) => name).filter((name) => !isHeld((rows.get(name) as Row).result));
  if (missed.length > 0 && !mayLose)
    throw new Error(`More than 1 % of the players who could be saved were lost: ${missed.join('; ')}`);
}

function line(name: string, { result, tookSeconds }: Row): string {
  return [
    name.padEnd(33),
    String(result.saved).padStart(7),
    'of',
    String(result.possible).padEnd(8),
    result.lastSeconds.toFixed(1).padStart(7),
    result.floorSeconds.toFixed(0).padStart(7),
    result.awsCallsPerPlayer.toFixed(2).padStart(7),
    result.httpRequestsPerPlayer.toFixed(2).padStart(7),
    result.statusRequestsPerPlayer.toFixed(2).padStart(8),
    String(result.statusRequestsPeak).padStart(7),
    String(result.awsCallsPeak).padStart(11),
    result.tableWritesPerPlayer.toFixed(2).padStart(10),
    tookSeconds.toFixed(1).padStart(6),
    isHeld(result) ? '' : 'LOST',
  ]
    .join(' ')
    .trimEnd();
}
