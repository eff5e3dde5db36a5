import { runMeasurement } from '../run-measurement.ts';
import { writeChart } from '../svg.ts';
import { costArguments, HELP } from './arguments.ts';

export const summary = 'dollars for a million reconnects, calm and in a storm, and for a month';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const options = costArguments(args);
  const [{ measureCost }, { costChart: costBars, costReport: costTable, jsonFigures }] = await Promise.all([
    import('./measure.ts'),
    import('./report.ts'),
  ]);
  const usage = await runMeasurement((onProgress, stop) => measureCost(options, onProgress, stop));
  console.log(costTable(options, usage));
  if (options.svg !== undefined) writeChart(options.svg, costBars(usage));
  if (options.json) console.log(JSON.stringify(jsonFigures(options, usage)));
}
