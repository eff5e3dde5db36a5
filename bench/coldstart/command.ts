import { writePicture } from '../broker/picture.ts';
import { measured } from '../measured.ts';
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
  const samples = await measured((onProgress, stop) => measureColdStarts(runs, onProgress, stop));
  const figures = figuresOf(samples);
  console.log(coldStartTable(figures, samples));
  if (svg !== undefined) writePicture(svg, coldStartBars(figures, runs));
  if (json) console.log(JSON.stringify(figures));
}
