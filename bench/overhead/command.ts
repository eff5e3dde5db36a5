import { writePicture } from '../broker/picture.ts';
import { measured } from '../measured.ts';
import { HELP, overheadArguments } from './arguments.ts';
import { overheadBars } from './bars.ts';
import { figuresOf } from './figures.ts';
import { overheadTable } from './table.ts';

export const summary = 'CPU of a warm reconnect, against its own AWS and table calls made bare';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { rounds, json, svg } = overheadArguments(args);
  const { measureOverhead } = await import('./measure.ts');
  const samples = await measured((onProgress, stop) => measureOverhead(rounds, onProgress, stop));
  const figures = figuresOf(samples);
  console.log(overheadTable(figures, samples));
  if (svg !== undefined) writePicture(svg, overheadBars(figures, rounds));
  if (json) console.log(JSON.stringify(figures));
}
