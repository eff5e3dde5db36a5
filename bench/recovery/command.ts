import { writePicture } from '../broker/picture.ts';
import { measured } from '../measured.ts';
import { HELP, recoveryArguments } from './arguments.ts';
import { recoveryBars } from './bars.ts';
import type { Measured } from './conditions.ts';
import { jsonFigures } from './figures.ts';
import { TABLE_FOOT, tableHead, tablePart } from './table.ts';

export const summary =
  'from a loss to the next frame in Chromium, against doing nothing and a reconnect by hand';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { cuts, conditions, json, svg } = recoveryArguments(args);
  // A browser's driver and a deployment are loaded for a measurement alone, not for a line of help.
  const { measureRecovery } = await import('./measure.ts');
  console.log(tableHead(cuts));
  const onMeasured = (each: Measured) => console.log(tablePart(each));
  const recoveries = await measured((onProgress, stop) =>
    measureRecovery({ cuts, conditions }, { onProgress, onMeasured }, stop),
  );
  console.log(TABLE_FOOT);
  if (svg !== undefined) writePicture(svg, recoveryBars(cuts, recoveries));
  if (json) console.log(JSON.stringify(jsonFigures(cuts, recoveries)));
}
