import type { StreamSession } from '../sessions/stream-session.ts';
import { createLineEditor } from './line-editor.ts';

/** As much of a stream session as its admin shell shows. */
export type ShellSubject = Pick<StreamSession, 'context' | 'request' | 'life' | 'connections' | 'gameState'>;

export interface ShellOptions {
  subject: ShellSubject;
  /** Writes to the terminal. @returns false when it takes nothing more at the moment; the text is lost then */
  write: (text: string) => boolean;
  /** The operator leaves the shell. */
  exit: () => void;
  /** Calls `act` again and again until the returned function is called. */
  every: (milliseconds: number, act: () => void) => () => void;
}

/**
 * A small shell that shows one stream session and does nothing else: none of its commands reaches this machine. AWS has a terminal inside
 * the session's own environment here. The commands are what a client of the channel needs to be tried: one that prints, one that keeps
 * running, and one that tells the terminal's size.
 */
export interface Shell {
  start(): void;
  input(bytes: Buffer): void;
  resize(size: { cols: number; rows: number }): void;
  stop(): void;
}

const TOP_MS = 1000;
const CTRL_C = 3;
const CLEAR = '\x1b[H\x1b[2J';
const HOME = '\x1b[H';
const CLEAR_BELOW = '\x1b[J';
const BOLD = '\x1b[1m';
const PLAIN = '\x1b[0m';

const HELP = [
  'status     the state of this stream session',
  'top        the same as it changes',
  'echo       repeats what follows',
  'stty size  rows and columns of the terminal',
  'exit       leaves, as Ctrl-D does',
];

/** Text without anything that a terminal would act upon. */
export const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  );

const statusLines = ({ context, request, life, connections, gameState }: ShellSubject): string[] =>
  [
    ['stream session', context.id],
    ['application', context.applicationArn],
    ['location', context.location],
    ['user id', request.UserId],
    ['status', life.status],
    ['connections', connections],
    ['game counter', gameState?.counter],
  ].map(([name, value]) => `${String(name).padEnd(14)}  ${printable(String(value ?? '-'))}`);

export function createShell({ subject, write, exit, every }: ShellOptions): Shell {
  const { id } = subject.context;
  const prompt = () => `${BOLD}${id}${PLAIN}:${subject.life.status}$ `;
  let size = { cols: 80, rows: 24 };
  let stopTop: (() => void) | undefined;

  const print = (lines: readonly string[]) => write(lines.map((line) => `${line}\r\n`).join(''));
  const showPrompt = () => write(`${prompt()}${editor.line()}`);

  const drawTop = () => {
    const lines = [`${size.cols}x${size.rows}, q or Ctrl-C ends it`, ...statusLines(subject)];
    const visible = lines.slice(0, Math.max(1, size.rows - 1)).map((line) => line.slice(0, size.cols));
    write(`${HOME}${CLEAR_BELOW}${visible.join('\r\n')}\r\n`);
  };
  const startTop = () => {
    write(CLEAR);
    drawTop();
    stopTop = every(TOP_MS, drawTop);
  };
  const endTop = () => {
    stopTop?.();
    stopTop = undefined;
    write('\r\n');
    showPrompt();
  };

  const run = (line: string) => {
    const command = line.trim();
    const [name = ''] = command.split(/\s/);
    if (command === 'exit') return exit();
    if (command === 'top') return startTop();
    if (command === 'help') print(HELP);
    else if (command === 'status') print(statusLines(subject));
    else if (command === 'stty size') print([`${size.rows} ${size.cols}`]);
    else if (name === 'echo') print([printable(command.slice(name.length).trim())]);
    else if (name !== '') print([`${printable(name)}: there is no such command here; see help`]);
    showPrompt();
  };

  const editor = createLineEditor({
    echo: write,
    prompt,
    enter: run,
    interrupt: showPrompt,
    endOfInput: exit,
  });

  return {
    start: () => {
      print([`Stream session ${id}, emulated. This shell shows its state; see help.`]);
      showPrompt();
    },
    input: (bytes) => {
      if (!stopTop) editor.push(bytes);
      // Other input is lost while top runs.
      else if (bytes.includes('q') || bytes.includes(CTRL_C)) endTop();
    },
    resize: (next) => {
      size = next;
      if (stopTop) drawTop();
    },
    stop: () => {
      stopTop?.();
      stopTop = undefined;
    },
  };
}
