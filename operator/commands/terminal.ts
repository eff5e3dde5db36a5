import { spawn } from 'node:child_process';

/**
 * The terminal at standard input, as `stty` shows it. The plugin turns off the echo once it is connected. That is the only sign
 * of a connection that another process can see, and to read the terminal's state disturbs nothing.
 */
export interface Terminal {
  /** Whether it edits and echoes lines, as a shell leaves it. Only then does a change show that the plugin is connected. */
  isCanonical: boolean;
  /** Whether its state differs from the state at first. */
  hasChanged(): Promise<boolean>;
}

async function stty(...args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('stty', args, { stdio: ['inherit', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 ? text.trim() : undefined));
  });
}

/** @returns undefined if standard input is no terminal, or there is no `stty` */
export async function openTerminal(): Promise<Terminal | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const [state, listing] = [await stty('-g'), await stty('-a')];
  if (state === undefined || listing === undefined) return undefined;
  const flags = listing.split(/[\s;]+/);
  return {
    isCanonical: flags.includes('echo') && flags.includes('icanon'),
    hasChanged: async () => {
      const now = await stty('-g');
      return now !== undefined && now !== state;
    },
  };
}
