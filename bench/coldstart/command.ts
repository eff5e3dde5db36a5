import { runMeasurement } from '../run-measurement.ts';
import { writeChart } from '../svg.ts';
import { coldStartArguments, HELP } from './arguments.ts';
import { coldStartChart } from './chart.ts';
import { figuresOf } from './figures.ts';
import { coldStartReport } from './report.ts';

export const summary =
  'the import of the reconnect function in a fresh process, against a plain bundle and none';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { runs, json, svg } = coldStartArguments(args);
  const { measureColdStarts } = await import('./measure.ts');
  const samples = await runMeasurement((onProgress, stop) => measureColdStarts(runs, onProgress, stop));
  const figures = figuresOf(samples);
  console.log(coldStartReport(figures, samples));
  if (svg !== undefined) writeChart(svg, coldStartChart(figures, runs));
  if (json) console.log(JSON.stringify(figures));
}
