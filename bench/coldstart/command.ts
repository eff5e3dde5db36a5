import { runMeasurement } from '../run-measurement.ts';
import { writeChart } from '../svg.ts';
import { coldStartArguments, HELP } from './arguments.ts';
import { coldStartChart } from './chart.ts';
import { figuresOf } from './figures.ts';
import { coldStartReport } from './report.ts';

export const summary =
  "a player's wait at a cold start, and the import alone, beside esbuild's default bundle and unbundled code";
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { json, svg, ...size } = coldStartArguments(args);
  const { measureColdStarts } = await import('./measure.ts');
  const samples = await runMeasurement((onProgress, stop) => measureColdStarts(size, onProgress, stop));
  const figures = figuresOf(samples);
  console.log(coldStartReport(figures, samples));
  if (svg !== undefined) writeChart(svg, coldStartChart(figures, size.runs));
  if (json) console.log(JSON.stringify(figures));
}
