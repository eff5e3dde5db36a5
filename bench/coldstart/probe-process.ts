/** A fresh process with the function's environment. It imports one handler, which may answer one event. */
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { Answer } from '../broker/event.ts';
import type { ProbeMessage, ProbeTask } from './messages.ts';

type Handler = (event: unknown, context: unknown) => Promise<Answer>;

const { file, event } = JSON.parse(process.argv[2] ?? '{}') as ProbeTask;
const { lambdaContext } = await import('../broker/context.ts');
const require = createRequire(file);

const begun = performance.now();
// As Lambda's runtime does: import for a module, require for CommonJS.
const module = (file.endsWith('.cjs') ? require(file) : await import(pathToFileURL(file).href)) as {
  handler: Handler;
};
const importMs = performance.now() - begun;
const send = (message: ProbeMessage) => process.send?.(message, () => process.exit());

if (event === undefined) {
  send({ kind: 'imported', importMs });
} else {
  const { statusCode, body } = await module.handler(event, lambdaContext());
  const firstCallMs = performance.now() - begun;
  if (statusCode === 201) send({ kind: 'answered', importMs, firstCallMs });
  else send({ kind: 'failed', message: `The first reconnect was answered ${statusCode}: ${body}` });
}
