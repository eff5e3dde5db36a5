import { progressLine } from '../storm/progress.ts';
import { overheadArguments, HELP } from './arguments.ts';
import { figuresOf } from './figures.ts';
import { overheadTable } from './table.ts';

export const summary = 'CPU of a warm reconnect, against its own AWS and table calls made bare';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { rounds, json } = overheadArguments(args);
  const { measureOverhead } = await import('./measure.ts');
  const progress = progressLine();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const samples = await measureOverhead(rounds, progress.show, stop.signal).catch((error) => {
    progress.end();
    if (stop.signal.aborted) process.exit(130);
    throw error;
  });
  progress.end();
  const figures = figuresOf(samples);
  console.log(overheadTable(figures, samples));
  if (json) console.log(JSON.stringify(figures));
}
