/**
 * A fresh process with the function's environment, as a sandbox that is started for one request: it initializes a handler with a whole
 * core, says so, and answers one event when its parent has taken most of the core away.
 */
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { Answer } from '../broker/event.ts';
import type { FirstAnswerMessage, FirstAnswerTask, Spent } from './messages.ts';

type Handler = (event: unknown, context: unknown) => Promise<Answer>;

const { file, event, status } = JSON.parse(process.argv[2] ?? '{}') as FirstAnswerTask;
const { lambdaContext } = await import('../broker/context.ts');
const require = createRequire(file);
const send = (message: FirstAnswerMessage, then = () => {}) => process.send?.(message, then);
// Ctrl-C reaches the whole process group. The parent decides, and disconnects when it ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

async function measured<T>(work: () => Promise<T> | T): Promise<{ spent: Spent; result: T }> {
  const before = process.cpuUsage();
  const begun = performance.now();
  const result = await work();
  const wallMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  return { spent: { wallMs, cpuMs: (user + system) / 1000 }, result };
}

try {
  // As Lambda's runtime does: import for a module, require for CommonJS.
  const { spent: init, result: module } = await measured<{ handler: Handler }>(() =>
    file.endsWith('.cjs') ? require(file) : import(pathToFileURL(file).href),
  );
  const limited = new Promise((resolve) => process.once('message', resolve));
  send({ kind: 'initialized' });
  await limited;
  const { spent: answer, result } = await measured(() => module.handler(event, lambdaContext()));
  if (result.statusCode !== status) {
    throw new Error(`The first request was answered ${result.statusCode}, not ${status}: ${result.body}`);
  }
  send({ kind: 'answered', init, answer }, () => process.exit());
} catch (error) {
  send({ kind: 'failed', message: (error as Error).message }, () => process.exit());
}
