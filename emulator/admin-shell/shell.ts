import { COMMANDS, topScreen } from './commands.ts';
import { createLineEditor } from './line-editor.ts';
import { printable, type ShellSubject } from './subject.ts';

export interface ShellOptions {
  subject: ShellSubject;
  /** Goes to the terminal. @returns false when it takes nothing more at the moment; the text is lost then */
  write: (text: string) => boolean;
  /** The person has left. */
  exit: () => void;
  /** Epoch milliseconds. */
  now: () => number;
  /** Calls again and again until the returned function is called. */
  every: (milliseconds: number, act: () => void) => () => void;
}

/**
 * A small shell that shows one stream session and can do nothing else: none of its commands reaches this machine. It
 * stands where AWS has a terminal inside the session's own environment.
 */
export interface Shell {
  start(): void;
  input(bytes: Buffer): void;
  resize(size: { cols: number; rows: number }): void;
  stop(): void;
}

const TOP_MS = 1000;
const CLEAR = '\x1b[H\x1b[2J';
const CLEAR_BELOW = '\x1b[J';
const BOLD = '\x1b[1m';
const PLAIN = '\x1b[0m';

export function createShell({ subject, write, exit, now, every }: ShellOptions): Shell {
  const openedAt = now();
  const { id } = subject.context;
  const prompt = () => `${BOLD}${id}${PLAIN}:${subject.life.status}$ `;
  let size = { cols: 80, rows: 24 };
  let stopTop: (() => void) | undefined;

  const context = () => ({ subject, size, now: now(), openedAt });
  const print = (lines: readonly string[]) => write(lines.map((line) => `${line}\r\n`).join(''));
  const showPrompt = () => write(`${prompt()}${editor.line()}`);

  const help = () => [
    ...Object.entries(COMMANDS).map(([name, command]) => `${name.padEnd(8)}${command.help}`),
    `${'top'.padEnd(8)}the same as it changes`,
    `${'clear'.padEnd(8)}an empty screen`,
    `${'exit'.padEnd(8)}leaves, as Ctrl-D does`,
  ];

  const drawTop = () => write(`\x1b[H${CLEAR_BELOW}${topScreen(context()).join('\r\n')}\r\n`);
  const endTop = () => {
    stopTop?.();
    stopTop = undefined;
    write('\r\n');
    showPrompt();
  };

  /** @returns whether a prompt follows */
  const run = (line: string): boolean => {
    const [name = '', ...words] = line.trim().split(/\s+/);
    const rest = line.trim().slice(name.length).trim();
    if (name === '') return true;
    if (name === 'exit' || name === 'logout') {
      exit();
      return false;
    }
    if (name === 'top' && words.length === 0) {
      write(CLEAR);
      drawTop();
      stopTop = every(TOP_MS, drawTop);
      return false;
    }
    if (name === 'clear') write(CLEAR);
    else if (name === 'help') print(help());
    else {
      const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
      print(command?.run(context(), rest) ?? [`${printable(name)}: there is no such command here; see help`]);
    }
    return true;
  };

  const editor = createLineEditor({
    echo: write,
    prompt,
    on: (event) => {
      if (event.type === 'endOfInput') return exit();
      if (event.type === 'clear') write(CLEAR);
      if (event.type !== 'line' || run(event.line)) showPrompt();
    },
  });

  return {
    start: () => {
      print([`Stream session ${id}, emulated. This shell shows its state; see help.`]);
      showPrompt();
    },
    input: (bytes) => {
      if (!stopTop) return editor.push(bytes);
      // While top runs, only its end is listened for; what is typed behind it is lost, as in any terminal.
      if (bytes.includes('q') || bytes.includes(3)) endTop();
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
