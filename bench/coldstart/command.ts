import { writePicture } from '../broker/picture.ts';
import { progressLine } from '../storm/progress.ts';
import { coldStartArguments, HELP } from './arguments.ts';
import { coldStartBars } from './bars.ts';
import { figuresOf } from './figures.ts';
import { coldStartTable } from './table.ts';

export const summary =
  'the import of the reconnect function in a fresh process, against a plain bundle and none';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { runs, json, svg } = coldStartArguments(args);
  const { measureColdStarts } = await import('./measure.ts');
  const progress = progressLine();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const samples = await measureColdStarts(runs, progress.show, stop.signal).catch((error) => {
    progress.end();
    if (stop.signal.aborted) process.exit(130);
    throw error;
  });
  progress.end();
  const figures = figuresOf(samples);
  console.log(coldStartTable(figures, samples));
  if (svg !== undefined) writePicture(svg, coldStartBars(figures, runs));
  if (json) console.log(JSON.stringify(figures));
}
