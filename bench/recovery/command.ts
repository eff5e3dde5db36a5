import { writePicture } from '../broker/picture.ts';
import { measured } from '../measured.ts';
import { HELP, recoveryArguments } from './arguments.ts';
import { recoveryBars } from './bars.ts';
import { jsonFigures } from './figures.ts';
import { recoveryTable } from './table.ts';

export const summary =
  'from a loss to the next frame in Chromium, against doing nothing and a reconnect by hand';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { cuts, conditions, json, svg } = recoveryArguments(args);
  // A browser's driver and a deployment are loaded for a measurement alone, not for a line of help.
  const { measureRecovery } = await import('./measure.ts');
  const recoveries = await measured((onProgress, stop) =>
    measureRecovery({ cuts, conditions }, onProgress, stop),
  );
  console.log(recoveryTable(cuts, recoveries));
  if (svg !== undefined) writePicture(svg, recoveryBars(cuts, recoveries));
  if (json) console.log(JSON.stringify(jsonFigures(cuts, recoveries)));
}
