import { writePicture } from '../broker/picture.ts';
import { measured } from '../measured.ts';
import { costArguments, HELP } from './arguments.ts';

export const summary = 'dollars for a million reconnects, calm and in a storm';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const asked = costArguments(args);
  const [{ measureCost }, { costBars, costTable, jsonFigures }] = await Promise.all([
    import('./measure.ts'),
    import('./table.ts'),
  ]);
  const usage = await measured((onProgress, stop) => measureCost(asked, onProgress, stop));
  console.log(costTable(asked, usage));
  if (asked.svg !== undefined) writePicture(asked.svg, costBars(usage));
  if (asked.json) console.log(JSON.stringify(jsonFigures(asked, usage)));
}
