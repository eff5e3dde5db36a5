import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Message {
  kind: string;
}
interface Failure {
  kind: 'failed';
  message: string;
}

/** A child process of the bench, and its messages. */
export interface Child<Incoming extends Message, Outgoing> {
  send(message: Outgoing): void;
  /**
   * The next message of a kind.
   * @throws Error when the child reports a failure, or exits first
   */
  next<Kind extends Incoming['kind']>(kind: Kind): Promise<Extract<Incoming, { kind: Kind }>>;
  on(listener: (message: Incoming) => void): void;
  /** Disconnects the child, which then exits, and waits until it has. */
  end(): Promise<void>;
}

const running = new Set<() => Promise<void>>();

/** Ends every child that still runs. */
export async function endChildren(): Promise<void> {
  await Promise.all([...running].map((end) => end()));
}

/** @param file beside this one. @param task passed to the child as JSON. @param heapMB its largest heap; default: Node's */
export function startChild<Incoming extends Message, Outgoing extends Message>(
  file: string,
  task: unknown,
  { heapMB }: { heapMB?: number } = {},
): Child<Incoming | Failure, Outgoing> {
  const child: ChildProcess = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(task)], {
    execArgv: heapMB === undefined ? [] : [`--max-old-space-size=${heapMB}`],
    // Machines read this bench's stdout, so a child's output goes to stderr.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = async () => {
    if (child.connected) child.disconnect();
    await exited;
  };
  running.add(end);
  void exited.then(() => running.delete(end));

  return {
    send: (message) => {
      child.send(message, () => {});
    },
    next: (kind) =>
      new Promise((resolve, reject) => {
        const settle = (then: () => void) => {
          child.off('message', onMessage);
          then();
        };
        const onMessage = (message: Incoming | Failure) => {
          if (message.kind === 'failed') settle(() => reject(new Error((message as Failure).message)));
          else if (message.kind === kind) settle(() => resolve(message as never));
        };
        child.on('message', onMessage);
        void exited.then(() => settle(() => reject(new Error(`${file} ended too early.`))));
      }),
    on: (listener) => {
      child.on('message', listener);
    },
    end,
  };
}
