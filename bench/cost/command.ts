import { writePicture } from '../broker/picture.ts';
import { progressLine } from '../storm/progress.ts';
import { costArguments, HELP } from './arguments.ts';

export const summary = 'dollars for a million reconnects, calm and in a storm';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const asked = costArguments(args);
  const [{ measureCost }, { costBars, costTable, jsonFigures }] = await Promise.all([
    import('./measure.ts'),
    import('./table.ts'),
  ]);
  const progress = progressLine();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const measured = await measureCost(asked, progress.show, stop.signal).catch((error) => {
    progress.end();
    if (stop.signal.aborted) process.exit(130);
    throw error;
  });
  progress.end();
  console.log(costTable(asked, measured));
  if (asked.svg !== undefined) writePicture(asked.svg, costBars(measured));
  if (asked.json) console.log(JSON.stringify(jsonFigures(asked, measured)));
}
