import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { ASKS_FOR_MS } from '../patience.ts';

/** A program at its own terminal, and the keyboard and screen of that terminal. */
export interface PseudoTerminal {
  /** All output, without colours and cursor movements. Lines end with a line feed. */
  screen(): string;
  /** All output, unchanged. */
  raw(): string;
  type(keys: string): void;
  /** Waits until the screen shows a text after `from`. @returns where the text ends. @throws Error with the screen if it never does */
  sees(text: string | RegExp, from?: number): Promise<number>;
  /** Waits until the program ends. @returns the exit code */
  ended(): Promise<number | null>;
  close(): void;
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Runs a command at a pseudo terminal of 100 columns and 30 rows. Node has none, so `script` makes one, which is part of every
 * Linux and macOS. Without `script` this fails: a test that needs a terminal must not pass without one.
 */
export function openPseudoTerminal(command: readonly string[], env: NodeJS.ProcessEnv): PseudoTerminal {
  const line = `stty rows 30 cols 100; exec ${command.map(quote).join(' ')}`;
  const child = spawn(
    'script',
    process.platform === 'darwin' ? ['-q', '/dev/null', 'sh', '-c', line] : ['-qfec', line, '/dev/null'],
    { env, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let raw = '';
  let code: number | null | undefined;
  let failure: Error | undefined;
  child.stdout.on('data', (data) => {
    raw += data;
  });
  child.stdin.on('error', () => {});
  child.on('error', (error) => {
    failure = new Error(
      `There is no pseudo terminal: ${error.message}. Install script (bsdutils, util-linux).`,
    );
  });
  child.on('close', (exitCode) => {
    code = exitCode;
  });
  const screen = () => stripVTControlCharacters(raw).replaceAll(/\r+\n/g, '\n');
  const until = async (isSo: () => boolean, what: string) => {
    const deadline = performance.now() + ASKS_FOR_MS;
    while (!isSo()) {
      if (failure) throw failure;
      if (performance.now() > deadline) throw new Error(`${what}:\n${screen()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    screen,
    raw: () => raw,
    type: (keys) => {
      child.stdin.write(keys);
    },
    sees: async (text, from = 0) => {
      const find = () => {
        const rest = screen().slice(from);
        if (typeof text === 'string') return rest.indexOf(text) < 0 ? -1 : rest.indexOf(text) + text.length;
        const match = text.exec(rest);
        return match ? match.index + match[0].length : -1;
      };
      await until(() => find() >= 0 || code !== undefined, `The screen never showed ${text}`);
      if (find() < 0) throw new Error(`It ended (${code}) without showing ${text}:\n${screen()}`);
      return from + find();
    },
    ended: async () => {
      await until(() => code !== undefined, 'It never ended');
      return code ?? null;
    },
    close: () => {
      child.kill('SIGKILL');
    },
  };
}
