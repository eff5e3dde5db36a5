import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import type { Outcome } from './crowd.ts';
import { emulatorControl } from './emulator.ts';
import { type Figures, figuresOf, type MoreFigures } from './figures.ts';
import type {
  CrowdMessage,
  CrowdOrder,
  CrowdTask,
  DeploymentMessage,
  DeploymentRequest,
  DeploymentTask,
  FunctionWork,
} from './messages.ts';
import { POLICIES, POLICY_NAMES, type Policy } from './policies.ts';

/** One policy's result. */
export interface StormResult {
  figures: Figures & MoreFigures;
  outcomes: Outcome[];
}

/** The size of one storm. */
export interface StormSize {
  players: number;
  quota: number;
  notice: number;
  itemWrites?: number;
}

/**
 * Measures the three policies one after another against one local deployment. Each crowd has its own process and sessions, and the
 * emulator and the account's quota to itself.
 *
 * @param onProgress gets the progress in one line, several times a second
 */
export async function measureStorm(
  size: StormSize,
  onProgress: (line: string) => void,
): Promise<Record<Policy, StormResult>> {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-'));
  const { players, quota, notice, itemWrites } = size;
  const task: DeploymentTask = {
    directory,
    quota,
    notice,
    ...(itemWrites === undefined ? {} : { itemWrites }),
  };
  const deployment = startChild<DeploymentMessage, DeploymentRequest>('deployment-process.ts', task);
  try {
    deployment.on((message) => {
      if (message.kind === 'progress') onProgress(`${message.line} ...`);
    });
    const { endpoints } = await deployment.next('ready');
    const work = () => {
      const answer = deployment.next('stats');
      deployment.send({ kind: 'stats' });
      return answer;
    };
    const results: Partial<Record<Policy, StormResult>> = {};
    for (const policy of POLICIES) {
      results[policy] = await measurePolicy({ policy, players, quota, notice, endpoints }, work, onProgress);
    }
    return results as Record<Policy, StormResult>;
  } finally {
    await deployment.end();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measurePolicy(
  task: CrowdTask,
  work: () => Promise<FunctionWork>,
  onProgress: (line: string) => void,
): Promise<StormResult> {
  const emulator = emulatorControl(task.endpoints.gameLiftStreams);
  const crowd = startChild<CrowdMessage, CrowdOrder>('crowd-process.ts', task);
  try {
    const name = POLICY_NAMES[task.policy];
    crowd.on((message) => {
      if (message.kind !== 'progress') return;
      const { phase, done, elapsedMs } = message;
      const count = done === 0 ? '' : ` ${done} of ${task.players}`;
      const time = phase === 'players back' ? `, ${(elapsedMs / 1000).toFixed(0)} s` : '';
      onProgress(`${name}: ${phase}${count}${time}`);
    });
    await crowd.next('cut');
    await emulator.forgetCalls();
    const before = await work();
    const done = crowd.next('done');
    crowd.send({ kind: 'go' });
    const { outcomes } = await done;
    const after = await work();
    const calls = await emulator.calls();
    const served = {
      billedMs: after.billedMs - before.billedMs,
      coldStarts: after.coldStarts - before.coldStarts,
    };
    const functions = task.policy === 'rejoin' ? served : undefined;
    return { outcomes, figures: figuresOf({ outcomes, calls, quota: task.quota, functions }) };
  } finally {
    await crowd.end();
    emulator.close();
  }
}
