import { runMeasurement } from '../run-measurement.ts';
import { writeChart } from '../svg.ts';
import { HELP, type StormArguments, stormArguments } from './arguments.ts';
import { stormChart } from './chart.ts';
import { endChildren } from './child.ts';
import { backTimes, jsonFigures } from './figures.ts';
import { POLICIES } from './policies.ts';
import { stormReport } from './report.ts';
import { measureStorm } from './storm.ts';

export const summary =
  'thousands of players lose their stream at the same moment and reconnect under one AWS quota';
export { HELP as help };

/** @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const options = stormArguments(args);
  if (!options.simulate) return await measure(options);
  const { runSimulation } = await import('./simulate.ts');
  const { json, players, quota, neverReturnPercent, withoutOverflow } = options;
  const [noticeSeconds] = options.notices;
  // As in the storm over HTTP, all players use the client library.
  const storm = { players, quota, noticeSeconds, headerOnly: 0, neverReturn: neverReturnPercent / 100 };
  const one = [`${players} players, ${quota}/s`, storm] as const;
  const without = ['the same without overflow queue', { ...storm, withoutOverflow }] as const;
  if (options.simulate === 'sweep') await runSimulation({ json });
  else if (withoutOverflow) await runSimulation({ json, scenarios: [one, without], mayLose: true });
  else await runSimulation({ json, scenarios: [one] });
}

/** The least time in which AWS notices a silent client, and two longer ones. */
const SIMULATED_NOTICES = [0, 5, 15];

/** The same players without a machine: what this one's speed has no part in. */
async function simulateToo(players: number, quota: number): Promise<void> {
  const { runSimulation } = await import('./simulate.ts');
  console.log(`
The same storm in virtual time, with Rejoin's own code of the admission queue and the lookup limiter. All players poll and wait as
the client library does. These figures do not depend on this machine.
`);
  const scenarios = SIMULATED_NOTICES.map(
    (noticeSeconds) =>
      [`loss noticed after ${noticeSeconds} s`, { players, quota, noticeSeconds, headerOnly: 0 }] as const,
  );
  await runMeasurement(async (_, stop) => {
    stop.addEventListener('abort', () => void endChildren());
    await runSimulation({ scenarios, mayLose: true });
  });
}

async function measure({ players, quota, notices, itemWrites, svg, json }: StormArguments): Promise<void> {
  const storms: { noticeSeconds: number; policies: Record<string, object> }[] = [];
  for (const notice of notices) {
    const size = { players, quota, notice, ...(itemWrites === undefined ? {} : { itemWrites }) };
    const results = await runMeasurement((onProgress, stop) => {
      // Without its processes the measurement fails and cleans up.
      stop.addEventListener('abort', () => void endChildren());
      return measureStorm(size, onProgress);
    });
    console.log(`${storms.length > 0 ? '\n' : ''}${stormReport(size, results)}`);
    // Only the first storm is drawn.
    if (svg !== undefined && storms.length === 0) {
      const curves = POLICIES.map((policy) => {
        const { outcomes, figures } = results[policy];
        return { policy, back: backTimes(outcomes), awsCallsPerPlayer: figures.awsCallsPerPlayer };
      });
      writeChart(svg, stormChart({ players, quota, notice, curves }));
    }
    storms.push({
      noticeSeconds: notice,
      policies: Object.fromEntries(POLICIES.map((policy) => [policy, jsonFigures(results[policy].figures)])),
    });
  }
  await simulateToo(players, quota);
  const [first, ...others] = storms;
  if (json)
    console.log(
      JSON.stringify({
        players,
        quota,
        policies: first?.policies,
        ...(others.length > 0 ? { notices: storms } : {}),
      }),
    );
}
