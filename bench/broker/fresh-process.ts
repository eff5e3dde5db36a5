import { fork } from 'node:child_process';

/**
 * Starts a measuring program in a process of its own, which says one thing and ends.
 *
 * @param file a program that reads its task as JSON from its first argument
 * @param options.log whether what it writes to stdout goes nowhere, or into a pipe as in Lambda
 * @param options.stop ends it early
 * @throws Error with what it says went wrong, or that it ended without a word
 */
export function freshProcess<Message extends { kind: string }>(
  file: string,
  task: object,
  options: { env: Record<string, string>; log: 'ignore' | 'pipe'; stop?: AbortSignal },
): Promise<Exclude<Message, { kind: 'failed' }>> {
  const { env, log, stop } = options;
  const child = fork(file, [JSON.stringify(task)], {
    env,
    execArgv: [],
    stdio: ['ignore', log, 2, 'ipc'],
    ...(stop && { signal: stop }),
  });
  child.stdout?.resume();
  return new Promise((resolve, reject) => {
    let answer: Message | { kind: 'failed'; message: string } | undefined;
    child.on('message', (message: Message) => {
      answer = message;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (!answer) reject(new Error(`The measured process ended early, with exit code ${code}.`));
      else if (answer.kind === 'failed') reject(new Error((answer as { message: string }).message));
      else resolve(answer as Exclude<Message, { kind: 'failed' }>);
    });
  });
}
