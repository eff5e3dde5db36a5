/** The benches: `npm run bench -- storm --players 200`. Each is a folder here with a `command.ts`. */
import { existsSync, readdirSync } from 'node:fs';
import { UsageError } from './usage-error.ts';

/** What a `command.ts` exports. */
interface Command {
  /** One line for the list of benches. */
  summary: string;
  /** The options, as `--help` shows them. */
  help: string;
  /** @throws UsageError */
  run(args: readonly string[]): Promise<void>;
}

const here = new URL('./', import.meta.url);
const names = readdirSync(here).filter((name) => existsSync(new URL(`${name}/command.ts`, here)));
const load = (name: string): Promise<Command> => import(new URL(`${name}/command.ts`, here).href);

const summaries = () =>
  Promise.all(names.map(async (name) => ({ name, summary: (await load(name)).summary })));

async function overview(): Promise<string> {
  const lines = (await summaries()).map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`);
  return `Measures Rejoin on this machine. A baseline runs beside each figure. npm run bench -- NAME [options]

${lines.join('\n')}

  npm run bench                  runs all benches in about twenty minutes, and writes docs/benchmarks.md
  npm run bench -- NAME --page   runs one bench, and rewrites its part of docs/benchmarks.md
  npm run bench -- NAME --help   shows the options of one bench`;
}

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === undefined) {
    const { runAll } = await import('./all.ts');
    await runAll(await summaries());
    return;
  }
  if (name === '--help' || name === '-h') {
    console.log(await overview());
    return;
  }
  if (!names.includes(name)) {
    throw new UsageError(
      `There is no bench "${name}": there are ${names.join(', ')}. See: npm run bench -- --help`,
    );
  }
  const command = await load(name);
  if (args.includes('--help') || args.includes('-h')) console.log(command.help);
  else if (args.includes('--page')) {
    const { runIntoPage } = await import('./all.ts');
    const options = args.filter((each) => each !== '--page');
    await runIntoPage({ name, summary: command.summary }, options);
  } else await command.run(args);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // A plain Error or a UsageError is a sentence for people. Any other error is a defect and is printed with its stack.
  const isSentence = error instanceof UsageError || (error instanceof Error && error.name === 'Error');
  console.error(isSentence ? error.message : error);
  process.exitCode = 1;
}
