/** The steps of docs/your-page.md, as commands: what a stranger types, on ports and in a folder that are free. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { freeBasePort } from '../../local/ports.ts';
import { ASKS_FOR_MS } from '../patience.ts';

const root = join(import.meta.dirname, '..', '..');
const doc = readFileSync(join(root, 'docs', 'your-page.md'), 'utf8');
const blocks = new Map(
  [...doc.matchAll(/<!-- walk: (.+) -->\n```sh\n([\s\S]*?)```/g)].map(([, name = '', code = '']) => [
    name,
    code,
  ]),
);

/** The ports that the page has, which may be in use on the machine of the test. */
const DOCUMENTED = { deployment: 4600, page: 5173 };
/** Files of the copied page in which they stand. */
const WITH_PORTS = ['rejoin.json', '.env', 'vite.config.ts'];

/** A stranger's terminal: where `npm run --silent` started the tests, it has told every npm below it to print nothing. */
const { npm_config_loglevel: _, ...terminal } = process.env;

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
  const running = new Map<string, ChildProcess>();

  /** Ends a step that goes on: the deployment by Ctrl-C, the others at once. */
  async function stop(step: string): Promise<void> {
    const child = running.get(step);
    running.delete(step);
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = once(child, 'close');
    process.kill(-child.pid, step === 'the deployment' ? 'SIGINT' : 'SIGKILL');
    await ended;
  }

  function start(step: string): { child: ChildProcess; said: () => string } {
    const code = blocks.get(step);
    if (code === undefined) throw new Error(`docs/your-page.md has no step "${step}".`);
    const assigned = code.split('\n').filter((line) => /^(export )?[A-Z]+=/.test(line));
    const own = here(code.replace(/^export REJOIN=.*$/m, '')).replace(
      'npm start --',
      `npm start -- --port ${base}`,
    );
    const child = spawn('bash', ['-ec', `${variables}\n${own}`], {
      env: { ...terminal, REJOIN: root, PAGE: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    variables += here(assigned.filter((line) => !line.startsWith('export')).join('\n'));
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (text += data));
    // Tools that see the variable CI print in colours, to a pipe too.
    return { child, said: () => stripVTControlCharacters(text) };
  }

  /** @returns the text that it had */
  function rewrite(name: string, change: (text: string) => string): string {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, change(text));
    return text;
  }

  return {
    folder,
    /** A text of the page, with the ports that are used here. */
    here,
    origin: `http://localhost:${port}`,
    emulator: `http://127.0.0.1:${base + 3}/_emulator`,
    /** Runs a step to its end. @returns what it printed */
    async run(step: string): Promise<string> {
      const { child, said } = start(step);
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`${step}: exit code ${code}\n${said()}`);
      return said();
    },
    /** Starts a step that goes on, anew where it runs already. @returns what it has printed, once that fits `ready` */
    async begin(step: string, ready: RegExp): Promise<string> {
      await stop(step);
      const { child, said } = start(step);
      running.set(step, child);
      const until = performance.now() + ASKS_FOR_MS;
      while (!ready.test(said())) {
        if (child.exitCode !== null) throw new Error(`${step}: exit code ${child.exitCode}\n${said()}`);
        if (performance.now() > until) throw new Error(`${step} never printed ${ready}:\n${said()}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return said();
    },
    stop,
    /** Moves the page and its settings to ports that are free. */
    usePorts(): void {
      for (const name of WITH_PORTS) rewrite(name, here);
    },
    /** Changes a file of the page, which must have what is replaced. @returns what undoes it */
    edit(name: string, from: string, to: string): () => void {
      const before = rewrite(name, (text) => {
        if (!text.includes(from)) throw new Error(`${name} has no ${from}.`);
        return text.replaceAll(from, to);
      });
      return () => void rewrite(name, () => before);
    },
    async remove(): Promise<void> {
      for (const step of [...running.keys()].toReversed()) await stop(step);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export type Stranger = Awaited<ReturnType<typeof stranger>>;
