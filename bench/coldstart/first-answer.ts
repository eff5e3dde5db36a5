import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CpuShare } from './cpu-share.ts';
import type { FirstAnswerMessage, FirstAnswerTask, Spent } from './messages.ts';

/** What a player's first request to a new sandbox took. */
export interface FirstAnswer {
  /** With a whole core. */
  init: Spent;
  /** With the share. */
  answer: Spent;
}

const program = fileURLToPath(new URL('first-answer-process.ts', import.meta.url));

/**
 * Starts a process, lets it initialize with a whole core and answer with the share of one, as Lambda does.
 *
 * @param options.env the function's environment
 * @throws Error with the message that the process sent, or because it exited without one
 */
export function firstAnswer(
  task: FirstAnswerTask,
  { env, share }: { env: Record<string, string>; share: CpuShare },
): Promise<FirstAnswer> {
  // The function's log goes into a pipe, as in Lambda.
  const child = fork(program, [JSON.stringify(task)], {
    env,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stdout?.resume();
  child.stderr?.resume();
  const { pid = 0 } = child;
  return new Promise<FirstAnswer>((resolve, reject) => {
    child.on('message', (message: FirstAnswerMessage) => {
      if (message.kind === 'failed') return reject(new Error(message.message));
      if (message.kind === 'answered') return resolve({ init: message.init, answer: message.answer });
      share.limit(pid);
      child.send('answer');
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The measured process ended early, with exit code ${code}.`)),
    );
  }).finally(() => {
    share.release(pid);
    child.kill('SIGKILL');
  });
}
