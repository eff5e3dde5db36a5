import { fork } from 'node:child_process';

/**
 * Runs a measuring program in its own process. It sends one message and exits.
 *
 * @param file a program that reads its task as JSON from its first argument
 * @param options.log whether its stdout is ignored, or goes into a pipe as in Lambda
 * @param options.stop ends it early
 * @throws Error with the message that it sent, or because it exited without one
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
