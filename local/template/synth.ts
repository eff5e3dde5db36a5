import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The file by which CDK knows an assembly. */
const MARKER = 'cdk.out';

const projectDirectory = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Synthesizes the CDK app into `outDir`, as `cdk synth -c settings=...` would: runs the command of cdk.json, with
 * the context of cdk.json, cdk.context.json and the CLI's own defaults in its environment. Needs no AWS
 * credentials and passes none on. Empties `outDir` first, so that nothing of an earlier synthesis is executed; two
 * deployments at once need two directories.
 * @param options.settingsPath the deployer's settings file
 * @param options.projectDirectory where cdk.json is; default: this project
 * @param options.onProgress called with each line that the app prints
 * @throws Error with the app's own message: for wrong settings, a line for each
 */
export async function synthesize(options: {
  settingsPath: string;
  outDir: string;
  onProgress?: (line: string) => void;
  projectDirectory?: string;
}): Promise<{ outDir: string }> {
  const directory = options.projectDirectory ?? projectDirectory;
  const outDir = resolve(options.outDir);
  emptyAssembly(outDir);
  const { app, context = {} } = readJson(join(directory, 'cdk.json')) as {
    app?: string;
    context?: Record<string, unknown>;
  };
  if (!app) throw new Error(`${join(directory, 'cdk.json')} names no app`);
  const contextFile = join(directory, 'cdk.context.json');
  const child = spawn(app, {
    cwd: directory,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: appEnvironment(outDir, {
      ...context,
      ...(existsSync(contextFile) ? (readJson(contextFile) as Record<string, unknown>) : {}),
      // What the CLI adds by itself, metadata and the bundling of every stack.
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:enable-asset-metadata': true,
      'aws:cdk:bundling-stacks': ['**'],
      settings: resolve(options.settingsPath),
    }),
  });
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    complaints.push(line);
    if (line.trim() !== '') options.onProgress?.(line.trim());
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.trim() !== '') options.onProgress?.(line.trim());
  });
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  if (code !== 0) throw new Error(complaintOf(complaints, app, code));
  return { outDir };
}

/** The app's environment without this machine's AWS and CDK variables: the same settings give the same template anywhere. */
function appEnvironment(outDir: string, context: Record<string, unknown>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS_|CDK_)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
    CDK_OUTDIR: outDir,
    // CDK's own rules for templates take half of the time and would only warn. A deployer gets them from `cdk synth`.
    CDK_VALIDATION: 'false',
    CDK_CONTEXT_JSON: JSON.stringify(context),
  };
}

/**
 * Empties the directory. Refuses one that is not a cloud assembly: it may hold somebody's files. CDK marks an assembly with a file
 * `cdk.out`, but only at the end.
 */
function emptyAssembly(outDir: string): void {
  if (existsSync(outDir)) {
    const entries = readdirSync(outDir);
    if (entries.length > 0 && !entries.includes(MARKER) && !entries.includes('manifest.json')) {
      throw new Error(`${outDir} holds something other than a synthesized CDK app: choose another directory`);
    }
    rmSync(outDir, { recursive: true });
  }
  mkdirSync(outDir, { recursive: true });
  // Marked before the app runs: otherwise the next synthesis would refuse the directory after Ctrl-C in this one.
  writeFileSync(join(outDir, MARKER), '{}');
}

/** The app's error lines; for a crash the error and where it happened. */
function complaintOf(lines: string[], app: string, code: number | null): string {
  const said = lines.filter(
    (line) => line.trim() !== '' && !/^(Bundling asset|\(node:|\(Use `node)/.test(line),
  );
  const crash = said.findIndex((line) => /^\s+at /.test(line));
  if (crash > 0) return said.slice(crash - 1, crash + 1).join(' ');
  if (said.length > 0) return said.slice(-20).join('\n');
  return `${app} ended with ${code === null ? 'a signal' : `exit code ${code}`} and said nothing`;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
