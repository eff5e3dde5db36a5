import { spawn } from 'node:child_process';

/**
 * The terminal at standard input, as `stty` knows it. The plugin turns off its echo once it is connected, which is the only
 * sign of it that can be seen from outside; whoever reads the terminal's state disturbs nothing.
 */
export interface Terminal {
  /** Whether it is as a shell leaves it: lines are edited and echoed. A change is the plugin's doing then. */
  isPlain: boolean;
  /** Whether it is another than at first. */
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

/** @returns undefined where standard input is no terminal, or there is no `stty` */
export async function openTerminal(): Promise<Terminal | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const [state, words] = [await stty('-g'), await stty('-a')];
  if (state === undefined || words === undefined) return undefined;
  const flags = words.split(/[\s;]+/);
  return {
    isPlain: flags.includes('echo') && flags.includes('icanon'),
    hasChanged: async () => {
      const now = await stty('-g');
      return now !== undefined && now !== state;
    },
  };
}
