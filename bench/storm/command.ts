import { writePicture } from '../broker/picture.ts';
import { measured } from '../measured.ts';
import { HELP, type StormArguments, stormArguments } from './arguments.ts';
import { endChildren } from './child.ts';
import { stormCurve } from './curve.ts';
import { backTimes, jsonFigures } from './figures.ts';
import { POLICIES } from './policies.ts';
import { measureStorm } from './storm.ts';
import { stormTable } from './table.ts';

export const summary = 'thousands of players lose their stream together and reconnect under one AWS quota';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const asked = stormArguments(args);
  if (!asked.simulate) return await measure(asked);
  const { runSimulation } = await import('./simulate.ts');
  const { json, players, quota, notice: noticeSeconds } = asked;
  const one = [`${players} players, ${quota}/s`, { players, quota, noticeSeconds }] as const;
  await runSimulation({ json, ...(asked.simulate === 'one' ? { scenarios: [one] } : {}) });
}

async function measure(asked: StormArguments): Promise<void> {
  const results = await measured((onProgress, stop) => {
    // Without its processes the measurement fails, and on its way out tidies up.
    stop.addEventListener('abort', () => void endChildren());
    return measureStorm(asked, onProgress);
  });
  const { players, quota, svg } = asked;
  console.log(stormTable(asked, results));
  if (svg !== undefined) {
    const curves = POLICIES.map((policy) => {
      const { outcomes, figures } = results[policy];
      return { policy, back: backTimes(outcomes), awsCallsPerPlayer: figures.awsCallsPerPlayer };
    });
    writePicture(svg, stormCurve({ players, quota, notice: asked.notice, curves }));
  }
  if (asked.json) {
    const policies = Object.fromEntries(
      POLICIES.map((policy) => [policy, jsonFigures(results[policy].figures)]),
    );
    console.log(JSON.stringify({ players, quota, policies }));
  }
}
