/** A fresh process that loads the reconnect function, reconnects a few times, and reports the CPU of each step. */
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { lambdaContext } from '../broker/context.ts';
import type { Answer } from '../broker/event.ts';
import type { CpuMessage, CpuTask, StepUsage } from './cpu-messages.ts';

const { file, events, gapMs } = JSON.parse(process.argv[2] ?? '{}') as CpuTask;
const send = (message: CpuMessage) => process.send?.(message, () => process.exit());
// Ctrl-C reaches the whole process group. The parent decides, and disconnects when it ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

async function measureStep<T>(work: () => Promise<T>): Promise<{ step: StepUsage; result: T }> {
  const before = process.cpuUsage();
  const begun = performance.now();
  const result = await work();
  const wallMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  return { step: { cpuMs: (user + system) / 1000, wallMs }, result };
}

try {
  const { step: init, result: module } = await measureStep(() => import(pathToFileURL(file).href));
  const { handler } = module as { handler(event: object, context: object): Promise<Answer> };
  const reconnects: StepUsage[] = [];
  for (const event of events) {
    const { step, result } = await measureStep(() => handler(event, lambdaContext()));
    if (result.statusCode !== 201) {
      throw new Error(`A reconnect was answered ${result.statusCode}: ${result.body}`);
    }
    reconnects.push(step);
    await delay(gapMs);
  }
  send({ kind: 'measured', init, reconnects });
} catch (error) {
  send({ kind: 'failed', message: (error as Error).message });
}
