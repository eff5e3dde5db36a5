import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../browser/chromium.ts';
import { startChild } from '../storm/child.ts';
import type { RecoveryArguments } from './arguments.ts';
import {
  type Condition,
  type ConditionRecoveries,
  nameOf,
  POLICY_NAMES,
  policiesFor,
  policiesOf,
  type Recoveries,
  type Recovery,
  sentenceOf,
} from './conditions.ts';
import { control } from './control.ts';
import { type Lane, openLane } from './lane.ts';
import type { DeploymentMessage, DeploymentTask } from './messages.ts';
import { buildPlayerPage } from './player-page.ts';

/**
 * How many pages of each policy run side by side. One of each does not distort the figures on two cores. Where AWS notices late, a page
 * mostly waits, and one whose downlink is dead has nothing to decode.
 */
function lanesFor({ how, notice }: Condition): number {
  if (how === 'downlink') return 5;
  return notice === 0 ? 1 : 2;
}

/** Receives the progress of a measurement. */
export interface Listeners {
  /** Gets the progress in one line. */
  onProgress: (line: string) => void;
  /** Gets the recoveries of each kind of loss as soon as they are known: a later kind may fail. */
  onRecoveries: (entry: ConditionRecoveries) => void;
}

type Size = Pick<RecoveryArguments, 'cuts' | 'conditions'>;

/**
 * Measures the policies side by side against one local deployment, with one Chromium.
 *
 * @param stop aborts the measurement, which cleans up and rejects
 */
export async function measureRecovery(
  { cuts, conditions }: Size,
  { onProgress, onRecoveries }: Listeners,
  stop: AbortSignal,
): Promise<Recoveries> {
  const script = await buildPlayerPage();
  const browser = await launch({ ownSignals: true });
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-'));
  const task: DeploymentTask = { directory };
  const deployment = startChild<DeploymentMessage, never>(
    new URL('deployment-process.ts', import.meta.url).href,
    task,
  );
  let closing: Promise<unknown> | undefined;
  const close = () => {
    closing ??= Promise.all([browser.close(), deployment.end()]);
    return closing;
  };
  stop.addEventListener('abort', () => void close());
  try {
    deployment.on((message) => {
      if (message.kind === 'progress') onProgress(`${message.line} ...`);
    });
    const { endpoints } = await deployment.next('ready');
    const emulator = control(endpoints.gameLiftStreams);
    const results: ConditionRecoveries[] = [];
    for (const condition of conditions) {
      const policies = policiesFor(condition);
      const of = Object.fromEntries(policies.map((policy): [string, Recovery[]] => [policy, []]));
      const entry: ConditionRecoveries = { condition, of };
      const show = () => {
        const done = policiesOf(entry).map(([policy, { length }]) => `${POLICY_NAMES[policy]} ${length}`);
        onProgress(`${sentenceOf(condition)}: ${done.join(', ')} of ${cuts}`);
      };
      const players = policies.flatMap((policy) =>
        Array.from({ length: lanesFor(condition) }, (_, at) => ({
          policy,
          player: `${policy}-${nameOf(condition)}-${at}`,
        })),
      );
      await emulator.notices(0);
      const lanes: Lane[] = [];
      for (const player of players) lanes.push(await openLane(browser, script, endpoints, player));
      // The first reconnect would include a cold start, which another bench measures. Doing nothing makes no reconnect.
      const warm = lanes.filter(({ policy }) => policy !== 'nothing');
      await Promise.all(warm.map((lane) => lane.cut({ how: 'close', notice: 0 })));
      await emulator.notices(condition.notice);
      await Promise.all(lanes.map((lane) => cutAgain(lane, condition, of[lane.policy] ?? [], cuts, show)));
      await Promise.all(lanes.map((lane) => lane.close()));
      results.push(entry);
      onRecoveries(entry);
    }
    return results;
  } finally {
    await close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Cuts until there are `cuts` recoveries. Lanes of a policy fill the same list. */
async function cutAgain(
  lane: Lane,
  condition: Condition,
  recoveries: Recovery[],
  cuts: number,
  show: () => void,
): Promise<void> {
  show();
  while (recoveries.length < cuts) {
    const recovery = await lane.cut(condition);
    // Another lane may have added the last one meanwhile.
    if (recoveries.length < cuts) recoveries.push(recovery);
    show();
  }
}
