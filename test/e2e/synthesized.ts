/**
 * The synthesized app for some settings, made once and copied for every deployment with the same settings: synthesis and bundling take
 * longer than the rest of a deployment's start.
 *
 * A copy equals a fresh synthesis: its name is a hash of all inputs. Only the ports in the settings, which differ in every deployment,
 * are inserted afterwards. `synthesized.test.ts` checks that this makes no difference.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { synthesize } from '../../local/template/synth.ts';
import { withLock } from './lock.ts';

const root = join(import.meta.dirname, '..', '..');
/** Deleted together with an installation. */
const KEPT = join(root, 'node_modules', '.cache', 'rejoin-synthesized');
const KEEP_MS = 24 * 3600 * 1000;

/** All inputs of a synthesis besides the settings: files, and folders with their contents. */
const SOURCES = [
  'infra',
  'lambdas',
  'local/template/synth.ts',
  'cdk.json',
  'cdk.context.json',
  'package.json',
];
/** The installed packages, by either name. */
const INSTALLED = ['package-lock.json', 'node_modules/.package-lock.json'];

/** Like `synthesize`, with the same result. */
export async function synthesizedOnce(
  options: Parameters<typeof synthesize>[0],
  kept = KEPT,
): Promise<{ outDir: string }> {
  const project = options.projectDirectory ?? root;
  const { text, ports } = withoutPorts(readFileSync(options.settingsPath, 'utf8'));
  const name = nameOf(project, text);
  const directory = join(kept, name);
  mkdirSync(kept, { recursive: true });
  await withLock(join(kept, `${name}.lock`), async () => {
    if (!existsSync(directory)) await make(options, text, directory);
    const now = new Date();
    utimesSync(directory, now, now);
    forgetOld(kept);
  });
  const outDir = resolve(options.outDir);
  rmSync(outDir, { recursive: true, force: true });
  cpSync(directory, outDir, { recursive: true });
  putPorts(outDir, ports);
  return { outDir };
}

/** Appears under its name only when it is complete. */
async function make(options: Parameters<typeof synthesize>[0], settings: string, directory: string) {
  const making = `${directory}.${randomUUID()}`;
  const settingsPath = `${making}.json`;
  writeFileSync(settingsPath, settings);
  try {
    await synthesize({ ...options, settingsPath, outDir: making }).catch((error: Error) => {
      throw new Error(error.message.replaceAll(settingsPath, resolve(options.settingsPath)));
    });
    // Two processes may want the same app. The lock saves work: the second one finds the result.
    if (!existsSync(directory)) renameSync(making, directory);
  } finally {
    rmSync(settingsPath);
    rmSync(making, { recursive: true, force: true });
  }
}

function nameOf(project: string, settings: string): string {
  const hash = createHash('sha256').update(`${process.version}\n${settings}`);
  for (const path of [...SOURCES, ...INSTALLED].flatMap((source) => filesIn(project, source))) {
    const text = readFileSync(join(project, path));
    hash.update(`\n${path} ${text.length}\n`).update(text);
  }
  return hash.digest('hex').slice(0, 32);
}

function filesIn(project: string, path: string): string[] {
  const whole = join(project, path);
  if (!existsSync(whole)) return [];
  if (!statSync(whole).isDirectory()) return [path];
  return readdirSync(whole)
    .toSorted()
    .flatMap((name) => filesIn(project, join(path, name)));
}

const ADDRESS = /(http:\/\/(?:127\.0\.0\.1|localhost):)(\d+)/g;
/** Stands for the first port in the settings; the next number stands for the second. No other number has so many digits. */
const FIRST = 65_500;

function withoutPorts(settings: string): { text: string; ports: string[] } {
  const ports: string[] = [];
  const text = settings.replaceAll(ADDRESS, (_all, host: string, port: string) => {
    if (!ports.includes(port)) ports.push(port);
    return `${host}${FIRST + ports.indexOf(port)}`;
  });
  return { text, ports };
}

function putPorts(outDir: string, ports: readonly string[]): void {
  for (const name of readdirSync(outDir).filter((file) => file.endsWith('.json'))) {
    const file = join(outDir, name);
    const text = readFileSync(file, 'utf8');
    const put = text.replaceAll(
      ADDRESS,
      (all, host: string, port: string) => `${host}${ports[Number(port) - FIRST] ?? all.slice(host.length)}`,
    );
    if (put !== text) writeFileSync(file, put);
  }
}

function forgetOld(kept: string): void {
  for (const name of readdirSync(kept)) {
    const path = join(kept, name);
    const { mtimeMs = Date.now() } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > KEEP_MS) rmSync(path, { recursive: true, force: true });
  }
}
