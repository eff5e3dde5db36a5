/** The steps of docs/your-page.md, as commands: what a stranger types, on ports and in a folder that are free. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeBasePort } from '../../local/ports.ts';

const root = join(import.meta.dirname, '..', '..');
const doc = readFileSync(join(root, 'docs', 'your-page.md'), 'utf8');
const blocks = new Map(
  [...doc.matchAll(/<!-- walk: (.+) -->\n```sh\n([\s\S]*?)```/g)].map(([, name = '', code = '']) => [name, code]),
);

/** The ports that the page has, which may be in use on the machine of the test. */
const DOCUMENTED = { deployment: 4600, page: 5173 };
/** Files of the copied page in which they stand. */
const WITH_PORTS = ['rejoin.json', '.env', 'vite.config.ts'];

/** A folder outside the checkout, and the page's commands there. */
export async function stranger() {
  const home = mkdtempSync(join(tmpdir(), 'rejoin-stranger-'));
  const folder = join(home, 'my-game-page');
  const base = await freeBasePort();
  const port = await freeBasePort();
  const here = (text: string) =>
    text
      .replaceAll(/\b460([0-5])\b/g, (_, offset) => String(base + Number(offset)))
      .replaceAll(String(DOCUMENTED.page), String(port));
  /** Variables that later steps use, as in one terminal. */
  let variables = '';
  const running: ChildProcess[] = [];

  function start(step: string): { child: ChildProcess; said: () => string } {
    const code = blocks.get(step);
    if (code === undefined) throw new Error(`docs/your-page.md has no step "${step}".`);
    const assigned = code.split('\n').filter((line) => /^(export )?[A-Z]+=/.test(line));
    const own = here(code.replace(/^export REJOIN=.*$/m, '')).replace('npm start --', `npm start -- --port ${base}`);
    const child = spawn('bash', ['-ec', `${variables}\n${own}`], {
      env: { ...process.env, REJOIN: root, PAGE: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    variables += here(assigned.filter((line) => !line.startsWith('export')).join('\n'));
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (text += data));
    return { child, said: () => text };
  }

  return {
    folder,
    base,
    origin: `http://localhost:${port}`,
    emulator: `http://127.0.0.1:${base + 3}/_emulator`,
    /** Runs a step to its end. @returns what it printed */
    async run(step: string): Promise<string> {
      const { child, said } = start(step);
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`${step}: exit code ${code}\n${said()}`);
      return said();
    },
    /** Starts a step that goes on. @returns what it had printed when a line said `ready` */
    async begin(step: string, ready: RegExp): Promise<string> {
      const { child, said } = start(step);
      running.push(child);
      while (!ready.test(said())) {
        if (child.exitCode !== null) throw new Error(`${step}: exit code ${child.exitCode}\n${said()}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return said();
    },
    /** Ctrl-C in the terminal of the step that was begun last. */
    async stop(): Promise<void> {
      const child = running.pop();
      if (child?.pid === undefined || child.exitCode !== null) return;
      const ended = once(child, 'close');
      process.kill(-child.pid, 'SIGINT');
      await ended;
    },
    /** Moves the page and its settings to ports that are free. */
    usePorts(): void {
      for (const name of WITH_PORTS) this.edit(name, here);
    },
    edit(name: string, change: (text: string) => string): void {
      const path = join(folder, name);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, change(text));
    },
    async remove(): Promise<void> {
      while (running.length > 0) await this.stop();
      if (existsSync(home)) rmSync(home, { recursive: true, force: true });
    },
  };
}

export type Stranger = Awaited<ReturnType<typeof stranger>>;
