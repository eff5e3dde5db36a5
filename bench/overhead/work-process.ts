/** The process whose CPU is measured: reconnects through the handler, or makes a reconnect's calls bare. */
import { pathToFileURL } from 'node:url';
import { lambdaContext } from '../broker/context.ts';
import type { Answer } from '../broker/event.ts';
import type { send as bareSend } from './bare.ts';
import type { WorkMessage, WorkOrder, WorkTask } from './messages.ts';

const { rejoin, bare } = JSON.parse(process.argv[2] ?? '{}') as WorkTask;
const { handler } = (await import(pathToFileURL(rejoin).href)) as {
  handler(event: object, context: object): Promise<Answer>;
};
const { send } = (await import(pathToFileURL(bare).href)) as { send: typeof bareSend };

const report = (message: WorkMessage) => process.connected && process.send?.(message, () => {});
// Ctrl-C reaches the whole process group. The parent decides, and disconnects when it ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

/** The CPU of some work, of all threads together. Earlier garbage is collected before, so that it does not count. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function reconnectAll(events: readonly object[]): Promise<void> {
  for (const event of events) {
    const { statusCode, body } = await handler(event, lambdaContext());
    if (statusCode !== 201) throw new Error(`A reconnect was answered ${statusCode}: ${body}`);
  }
}

process.on('message', async (order: WorkOrder) => {
  try {
    const cpuUs = await cpuOf(async () => {
      if (order.kind === 'rejoin') await reconnectAll(order.events);
      else for (const calls of order.reconnects) for (const call of calls) await send(call);
    });
    report({ kind: 'done', cpuUs });
  } catch (error) {
    report({ kind: 'failed', message: (error as Error).message });
  }
});
report({ kind: 'ready' });
