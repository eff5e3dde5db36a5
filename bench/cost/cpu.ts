import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Broker } from '../broker/broker.ts';
import { reconnectEvent } from '../broker/event.ts';
import { freshProcess } from '../broker/fresh-process.ts';
import { median } from '../broker/median.ts';
import { longOffer } from '../broker/sdp.ts';
import type { CpuMessage, CpuTask } from './cpu-messages.ts';

/** A reconnect's CPU, and how long it waits for AWS and the table; medians in milliseconds. */
export interface ReconnectCpu {
  /** Loading the function's code. */
  initMs: number;
  /** The first reconnect of a process: own CPU, and waiting. */
  cold: { ownMs: number; waitMs: number };
  /** The later reconnects of a process. */
  warm: { ownMs: number; waitMs: number };
}

const PROCESSES = 3;
const MOST_RECONNECTS = 10;

/**
 * Measures the CPU of reconnects in fresh processes without load: one after another, with a pause between them.
 *
 * @param stop ends the measurement early, which then rejects
 */
export async function measureCpu(
  broker: Broker,
  { reconnects, gapMs }: { reconnects: number; gapMs: number },
  onProgress: (line: string) => void,
  stop: AbortSignal,
): Promise<ReconnectCpu> {
  const file = join(broker.fn.assetDirectory, 'index.mjs');
  const probe = fileURLToPath(new URL('cpu-process.ts', import.meta.url));
  const options = { env: broker.environment, log: 'pipe', stop } as const;
  const results: Exclude<CpuMessage, { kind: 'failed' }>[] = [];
  for (let run = 1; run <= PROCESSES; run++) {
    onProgress(`own CPU: process ${run} of ${PROCESSES}`);
    // One cold reconnect, and the warm ones.
    const sessions = await broker.begin(1 + Math.min(reconnects, MOST_RECONNECTS));
    const events = sessions.map((session) => reconnectEvent(broker.streamGroupId, session, longOffer()));
    const task: CpuTask = { file, events, gapMs };
    results.push(await freshProcess<CpuMessage>(probe, task, options));
  }
  const first = results.flatMap(({ reconnects: [cold] }) => cold ?? []);
  const later = results.flatMap(({ reconnects: [, ...warm] }) => warm);
  const medians = (steps: typeof first) => ({
    ownMs: median(steps.map(({ cpuMs }) => cpuMs)),
    waitMs: Math.max(0, median(steps.map(({ cpuMs, wallMs }) => wallMs - cpuMs))),
  });
  return {
    initMs: median(results.map(({ init }) => init.cpuMs)),
    cold: medians(first),
    warm: medians(later),
  };
}
