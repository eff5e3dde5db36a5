import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { progressLine } from '../storm/progress.ts';
import { HELP, recoveryArguments } from './arguments.ts';
import { recoveryBars } from './bars.ts';
import { jsonFigures } from './figures.ts';
import { recoveryTable } from './table.ts';

export const summary = 'from a cut to the next decoded frame in Chromium, against a reconnect by hand';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { cuts, conditions, json, svg } = recoveryArguments(args);
  // A browser's driver and a deployment are loaded for a measurement alone, not for a line of help.
  const { measureRecovery } = await import('./measure.ts');
  const progress = progressLine();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const recoveries = await measureRecovery({ cuts, conditions }, progress.show, stop.signal).catch(
    (error) => {
      progress.end();
      if (stop.signal.aborted) process.exit(130);
      throw error;
    },
  );
  progress.end();
  if (svg !== undefined) {
    mkdirSync(dirname(svg), { recursive: true });
    writeFileSync(svg, recoveryBars(cuts, recoveries));
  }
  console.log(recoveryTable(cuts, recoveries));
  if (svg !== undefined) console.log(`Drawn: ${svg}`);
  if (json) console.log(JSON.stringify(jsonFigures(cuts, recoveries)));
}
