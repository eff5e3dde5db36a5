import { runMeasurement } from '../run-measurement.ts';
import { writeChart } from '../svg.ts';
import { HELP, recoveryArguments } from './arguments.ts';
import { recoveryChart } from './chart.ts';
import type { ConditionRecoveries } from './conditions.ts';
import { jsonFigures } from './figures.ts';
import { REPORT_FOOT, reportHead, reportPart } from './report.ts';

export const summary =
  'time from a loss to the next frame in Chromium, beside doing nothing and a reconnect by hand';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { cuts, conditions, json, svg } = recoveryArguments(args);
  // The help text needs neither a browser's driver nor a deployment.
  const { measureRecovery } = await import('./measure.ts');
  console.log(reportHead(cuts));
  const onRecoveries = (each: ConditionRecoveries) => console.log(reportPart(each));
  const recoveries = await runMeasurement((onProgress, stop) =>
    measureRecovery({ cuts, conditions }, { onProgress, onRecoveries }, stop),
  );
  console.log(REPORT_FOOT);
  if (svg !== undefined) writeChart(svg, recoveryChart(cuts, recoveries));
  if (json) console.log(JSON.stringify(jsonFigures(cuts, recoveries)));
}
