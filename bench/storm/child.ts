import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Message {
  kind: string;
}
interface Failure {
  kind: 'failed';
  message: string;
}

/** A process of the bench, and the messages between it and this one. */
export interface Child<Incoming extends Message, Outgoing> {
  send(message: Outgoing): void;
  /**
   * The next message of a kind.
   * @throws Error when the child says that it failed, or ends without having said it
   */
  next<Kind extends Incoming['kind']>(kind: Kind): Promise<Extract<Incoming, { kind: Kind }>>;
  on(listener: (message: Incoming) => void): void;
  /** Lets go of it, whereupon it ends by itself, and waits until it has. */
  end(): Promise<void>;
}

const running = new Set<() => Promise<void>>();

/** Ends every process that is still there. */
export async function endChildren(): Promise<void> {
  await Promise.all([...running].map((end) => end()));
}

/** @param file beside this one. @param task handed to it as JSON. @param heapMB the most its heap takes, if not Node's default */
export function startChild<Incoming extends Message, Outgoing extends Message>(
  file: string,
  task: unknown,
  { heapMB }: { heapMB?: number } = {},
): Child<Incoming | Failure, Outgoing> {
  const child: ChildProcess = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(task)], {
    execArgv: heapMB === undefined ? [] : [`--max-old-space-size=${heapMB}`],
    // What this bench prints on stdout is for machines too: a child's words go to stderr.
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
