import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateStreamSessionAdminShellCommand } from '@aws-sdk/client-gameliftstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, GROUP, openBench } from '../emulator/support.ts';
import { openPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.ts';
import {
  environment,
  type FakeApi,
  MAIN,
  problem,
  REASON,
  type Reply,
  run,
  standInPlugin,
  startFake,
  temporaryDirectory,
} from './support.ts';

let bench: Bench;
let api: FakeApi;
let directory: ReturnType<typeof temporaryDirectory>;
let plugin: string;
let session: string;
let secrets: string[];
const terminals: PseudoTerminal[] = [];

beforeEach(async () => {
  bench = await openBench({ settings: { adminShellReadySeconds: 0 } });
  api = await startFake();
  directory = temporaryDirectory();
  plugin = standInPlugin(directory.path);
  session = await bench.start();
  await bench.reaches(session, 'CONNECTED');
  secrets = [];
});
afterEach(async () => {
  for (const terminal of terminals.splice(0)) terminal.close();
  await Promise.all([api.close(), bench.close()]);
  directory.remove();
});

/** Answers with credentials of the emulator, as the operator API does. */
const grant =
  (validSeconds = 60) =>
  async (): Promise<Reply> => {
    const { SessionId, StreamUrl, TokenValue } = await bench.client.send(
      new CreateStreamSessionAdminShellCommand({ Identifier: GROUP, StreamSessionIdentifier: session }),
    );
    secrets.push(String(TokenValue), String(StreamUrl));
    // By the clock that the answer shows: how long it took on the way then makes no difference.
    const at = Math.floor(Date.now() / 1000) * 1000;
    const expiresAt = new Date(at + validSeconds * 1000).toISOString();
    return {
      status: 201,
      headers: { date: new Date(at).toUTCString() },
      body: { sessionId: SessionId, streamUrl: StreamUrl, tokenValue: TokenValue, expiresAt },
    };
  };
const args = (...more: string[]) => [
  'shell',
  `${GROUP}/${session}`,
  '--reason',
  REASON,
  '--api',
  api.url,
  ...more,
];
const open = (more: Record<string, string> = {}, ...options: string[]) => {
  const terminal = openPseudoTerminal(
    [process.execPath, MAIN, ...args('--plugin', plugin, ...options)],
    environment(directory.path, more),
  );
  terminals.push(terminal);
  return terminal;
};

describe('an operator at a terminal', () => {
  it('asks with a signed request and a reason, reads the shell, and leaves', async () => {
    api.answer(grant());
    const terminal = open();
    await terminal.sees('CONNECTED$ ');
    expect(api.requests).toMatchObject([
      {
        method: 'POST',
        path: `/v1/streamgroups/${GROUP}/streamsessions/${session}/admin-shells`,
        body: JSON.stringify({ reason: REASON }),
        principal: 'operator',
      },
    ]);
    terminal.type('statux\x7fs\n');
    await terminal.sees(new RegExp(`stream session +${session}`));
    // The size is looked at every half second.
    let at = 0;
    await expect
      .poll(async () => {
        terminal.type('stty size\n');
        at = await terminal.sees(/\n\d+ \d+\n/, at);
        return terminal.screen();
      })
      .toContain('\n30 100\n');
    terminal.type('exit\n');
    await terminal.sees('Exiting session');
    expect(await terminal.ended()).toBe(0);
  });

  it('keeps the secrets off the screen, and out of every command line that ps shows', async () => {
    api.answer(grant());
    const terminal = open();
    await terminal.sees('CONNECTED$ ');
    const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8', maxBuffer: 1e8 });
    expect(processes).toContain('AWS_SSM_START_SESSION_RESPONSE us-west-2 StartSession');
    terminal.type('exit\n');
    await terminal.ended();
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) {
      expect(processes).not.toContain(secret);
      expect(terminal.raw()).not.toContain(secret);
    }
  });

  it('stops what runs in the shell with Ctrl-C, not the way into it', async () => {
    api.answer(grant());
    const terminal = open();
    await terminal.sees('CONNECTED$ ');
    terminal.type('top\n');
    const at = await terminal.sees('q or Ctrl-C ends it');
    terminal.type('\x03');
    const prompt = await terminal.sees('CONNECTED$ ', at);
    terminal.type('half a line\x03');
    await terminal.sees('^C', prompt);
    terminal.type('echo still here\n');
    await terminal.sees('\nstill here\n');
    terminal.type('\x04');
    expect(await terminal.ended()).toBe(0);
  });

  it('may come through npm: Ctrl-C reaches the shell there too, and ends nothing on the way', async () => {
    api.answer(grant());
    const launcher = join(import.meta.dirname, '..', '..', 'local', 'install.mjs');
    const scripts = { operator: `node ${launcher} node operator/main.ts` };
    writeFileSync(join(directory.path, 'package.json'), JSON.stringify({ scripts }));
    const terminal = openPseudoTerminal(
      ['npm', 'run', '--silent', '--prefix', directory.path, 'operator', '--', ...args('--plugin', plugin)],
      environment(directory.path),
    );
    terminals.push(terminal);
    await terminal.sees('CONNECTED$ ');
    terminal.type('half a line\x03');
    let at = await terminal.sees('^C');
    // Two seconds of top: whoever watches over its parent has noticed by then that it is gone.
    terminal.type('top\n');
    for (let screens = 0; screens < 3; screens += 1) at = await terminal.sees('q or Ctrl-C ends it', at);
    terminal.type('q');
    await terminal.sees('CONNECTED$ ', at);
    terminal.type('echo still here\n');
    await terminal.sees('\nstill here\n');
    terminal.type('exit\n');
    // Once npm has seen Ctrl-C, it answers 130 whatever its script answers.
    expect(await terminal.ended()).toBe(130);
  });

  /** What the terminal is like after the command line has ended in it. */
  const openAndLookAfterwards = () => {
    const line = 'trap : QUIT; "$@"; echo ended with $?; stty -a';
    const terminal = openPseudoTerminal(
      ['sh', '-c', line, 'sh', process.execPath, MAIN, ...args('--plugin', plugin)],
      environment(directory.path),
    );
    terminals.push(terminal);
    return terminal;
  };

  it('is told why when the stream session ends under it', async () => {
    api.answer(grant());
    const terminal = openAndLookAfterwards();
    await terminal.sees('CONNECTED$ ');
    await bench.control('POST', `streamsessions/${session}/end`, { statusReason: 'applicationExit' });
    await terminal.sees('The stream session has ended (applicationExit).');
    await terminal.sees('ended with 0');
  });

  it('has an ordinary terminal again when the plugin dies in the middle', async () => {
    api.answer(grant());
    const terminal = openAndLookAfterwards();
    await terminal.sees('CONNECTED$ ');
    // The stand-in does not know Ctrl-\\, dies of it, and leaves the terminal as it made it.
    terminal.type('\x1c');
    const at = await terminal.sees('ended with 131');
    await terminal.ended();
    expect(terminal.screen().slice(at)).toMatch(/\sicanon\s[\s\S]*\secho\s/);
  });

  it('gets new credentials when the plugin was not connected before the first ones expired', async () => {
    // The plugin asks whether it may connect only after that: the next ones are valid for longer than it takes.
    api.answer(grant(2.5), grant());
    const terminal = open({ STAND_IN_LATE: join(directory.path, 'late') });
    await terminal.sees('asking for new credentials (2 of 3)');
    await terminal.sees('CONNECTED$ ');
    terminal.type('exit\n');
    expect(await terminal.ended()).toBe(0);
    expect(existsSync(join(directory.path, 'late'))).toBe(true);
    expect(api.requests).toHaveLength(2);
  });

  it('sees the waits that the API asks for, and gets in afterwards', async () => {
    const wait = { retry: 'same', retryAfterMs: 200, detail: 'AWS is preparing access.' };
    api.answer(problem(503, 'access_not_ready', wait), problem(429, 'too_many_requests', wait), grant());
    const terminal = open();
    await terminal.sees(
      'AWS is preparing access (access_not_ready, request request-1). Asking again in 1 s.',
    );
    await terminal.sees('CONNECTED$ ');
    terminal.type('exit\n');
    expect(await terminal.ended()).toBe(0);
    expect(api.requests).toHaveLength(3);
  });
});

describe('without a terminal', () => {
  const env = (more: Record<string, string> = {}) => environment(directory.path, more);

  it("passes the plugin's exit code on", async () => {
    api.answer(grant());
    const { code, stdout } = await run(args('--plugin', plugin, '--json'), env({ STAND_IN_EXIT: '42' }));
    expect(code).toBe(42);
    expect(JSON.parse(stdout)).toEqual({
      streamGroupId: GROUP,
      streamSessionId: session,
      exitCode: 42,
    });
    expect(api.requests).toHaveLength(1);
  });

  it('prints credentials only when they are asked for by name', async () => {
    api.answer(grant());
    const { code, stdout, stderr } = await run(args('--credentials'), env());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ tokenValue: secrets[0], streamUrl: secrets[1] });
  });

  it.each([
    [
      'missing',
      () => ({ option: '/nowhere/plugin', more: {} }),
      'There is no /nowhere/plugin: get version 1.2.764.0 or later at https://docs.aws.amazon.com/',
    ],
    [
      'not on the PATH',
      () => ({ option: undefined, more: {} }),
      'session-manager-plugin is not installed: get version',
    ],
    [
      'too old',
      () => ({ option: plugin, more: { STAND_IN_VERSION: '1.2.707.0' } }),
      '1.2.707.0 is too old: get version 1.2.764.0',
    ],
    [
      'something else',
      () => ({ option: plugin, more: { STAND_IN_VERSION: 'hello' } }),
      'does not say its version: get version',
    ],
  ])(
    'says in one line where to get a plugin that is %s, before a shell is asked for and recorded',
    async (_what, how, line) => {
      const { option, more } = how();
      const { code, stderr } = await run(args(...(option ? ['--plugin', option] : [])), env(more));
      expect(code).toBe(7);
      expect(stderr).toContain(line);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(api.requests).toHaveLength(0);
    },
  );

  it('finds the plugin on the PATH', async () => {
    api.answer(grant());
    const path = `${directory.path}:${process.env.PATH}`;
    expect((await run(args(), env({ PATH: path, STAND_IN_EXIT: '3' }))).code).toBe(3);
  });

  it('shows nothing of an answer that it does not understand, which may hold credentials', async () => {
    api.answer({ status: 201, body: { tokenValue: 'secret-token', streamUrl: 'file:///x' } });
    const { code, stdout, stderr } = await run(args('--plugin', plugin), env());
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain('secret-token');
    expect(stderr).toContain('does not understand');
  });
});
