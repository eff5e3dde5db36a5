import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { HELP, type StormArguments, stormArguments } from './arguments.ts';
import { endChildren } from './child.ts';
import { stormCurve } from './curve.ts';
import { backTimes, jsonFigures } from './figures.ts';
import { POLICIES } from './policies.ts';
import { progressLine } from './progress.ts';
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
  const progress = progressLine();
  let stopped = false;
  const stop = () => {
    stopped = true;
    // Without its processes the measurement fails, and on its way out tidies up.
    void endChildren();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const results = await measureStorm(asked, progress.show).catch((error) => {
    progress.end();
    if (stopped) process.exit(130);
    throw error;
  });
  progress.end();
  const { players, quota, svg } = asked;
  if (svg !== undefined) {
    const curves = POLICIES.map((policy) => {
      const { outcomes, figures } = results[policy];
      return { policy, back: backTimes(outcomes), awsCallsPerPlayer: figures.awsCallsPerPlayer };
    });
    mkdirSync(dirname(svg), { recursive: true });
    writeFileSync(svg, stormCurve({ players, quota, notice: asked.notice, curves }));
  }
  console.log(stormTable(asked, results));
  if (svg !== undefined) console.log(`Drawn: ${svg}`);
  if (asked.json) {
    const policies = Object.fromEntries(
      POLICIES.map((policy) => [policy, jsonFigures(results[policy].figures)]),
    );
    console.log(JSON.stringify({ players, quota, policies }));
  }
}
