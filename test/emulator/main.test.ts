import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { GameLiftStreamsClient, GetStreamGroupCommand } from '@aws-sdk/client-gameliftstreams';
import { afterEach, expect, it } from 'vitest';
import { openBench, until } from './support.ts';

const MAIN = fileURLToPath(new URL('../../emulator/main.ts', import.meta.url));
let children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});

function run(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const written = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    written.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    written.err += chunk;
  });
  return { child, written, exited: once(child, 'close') };
}

it('npm run emulator prints the settings for an SDK, serves it, and ends on Ctrl-C', async () => {
  const { child, written, exited } = run('--port', '0', '--region', 'eu-west-1');
  await until(
    () => written.out,
    (out) => out.includes('Ctrl-C'),
  );
  const value = (label: string) => new RegExp(`${label} +(\\S+)`).exec(written.out)?.[1] ?? '';
  const client = new GameLiftStreamsClient({
    region: value('region'),
    endpoint: value('emulated\\) at'),
    credentials: { accessKeyId: value('access key id'), secretAccessKey: value('secret access key') },
  });
  const group = await client.send(new GetStreamGroupCommand({ Identifier: value('stream group') }));
  expect(group.Status).toBe('ACTIVE');
  client.destroy();
  child.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
});

it('npm run emulator says in one line that a port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { written, exited } = run('--port', String(port));
  expect(await exited).toEqual([1, null]);
  expect(written.err).toBe(`Port ${port} on 127.0.0.1 is in use: choose another one with --port.\n`);
  other.close();
});

it.each([
  [['--port', 'many'], /^--port must be a number from 0 to 65535, not "many"\.\n$/],
  [['--region', 'Oregon'], /^--region must be a Region such as us-west-2, not "Oregon"\.\n$/],
  [['--colour'], /^Unknown option '--colour'.*--help\n$/],
])('npm run emulator says in one line what to write instead of %j', async (args, line) => {
  const { written, exited } = run(...args);
  expect(await exited).toEqual([1, null]);
  expect(written.err).toMatch(line);
});

it('npm run emulator -- --help names every option', async () => {
  const { written, exited } = run('--help');
  expect(await exited).toEqual([0, null]);
  for (const option of ['--port', '--region', '--origin', '--help']) expect(written.out).toContain(option);
});

it('npm run emulator -- --help names every route of the control API', async () => {
  const bench = await openBench();
  const { error } = (await bench.control('GET', 'anything')).body as { error: string };
  await bench.close();
  const routes = [...error.matchAll(/([A-Z]+) (\w+)(?:\/\{id\})?(\/\w+)?/g)];
  expect(routes.length).toBeGreaterThan(10);
  const { written, exited } = run('--help');
  await exited;
  for (const [, method, collection, action] of routes) {
    const place = action === undefined ? `${collection}\\b` : `${collection}/ID${action}\\b`;
    expect(written.out).toMatch(new RegExp(`\\b${method}\\b[^\\n]* ${place}`));
  }
});
