import { runMeasurement } from '../run-measurement.ts';
import { writeChart } from '../svg.ts';
import { HELP, overheadArguments } from './arguments.ts';
import { overheadChart } from './chart.ts';
import { figuresOf } from './figures.ts';
import { overheadReport } from './report.ts';

export const summary = 'CPU of a warm reconnect, beside the same AWS and table calls alone';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { rounds, json, svg } = overheadArguments(args);
  const { measureOverhead } = await import('./measure.ts');
  const samples = await runMeasurement((onProgress, stop) => measureOverhead(rounds, onProgress, stop));
  const figures = figuresOf(samples);
  console.log(overheadReport(figures, samples));
  if (svg !== undefined) writeChart(svg, overheadChart(figures, rounds));
  if (json) console.log(JSON.stringify(figures));
}
