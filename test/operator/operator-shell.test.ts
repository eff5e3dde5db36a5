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
  problemReply,
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
    // The response's own date counts, so it does not matter how long the response takes.
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
  it('requests a shell with a signature and a reason, uses it, and leaves', async () => {
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
    // The plugin checks the terminal's size every half second.
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

  it('sees no secret on the screen, and ps shows none in any command line', async () => {
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

  it('stops a program in the shell with Ctrl-C, and the shell stays open', async () => {
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

  it('can use npm run operator: Ctrl-C reaches the shell, and ends no process in between', async () => {
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
    // Two seconds of top: by then a launcher that lost its parent would have ended the shell.
    terminal.type('top\n');
    for (let screens = 0; screens < 3; screens += 1) at = await terminal.sees('q or Ctrl-C ends it', at);
    terminal.type('q');
    await terminal.sees('CONNECTED$ ', at);
    terminal.type('echo still here\n');
    await terminal.sees('\nstill here\n');
    terminal.type('exit\n');
    // After Ctrl-C npm always exits with 130.
    expect(await terminal.ended()).toBe(130);
  });

  /** Opens a terminal that prints its own state after the command line has ended. */
  const openWithFinalState = () => {
    const line = 'trap : QUIT; "$@"; echo ended with $?; stty -a';
    const terminal = openPseudoTerminal(
      ['sh', '-c', line, 'sh', process.execPath, MAIN, ...args('--plugin', plugin)],
      environment(directory.path),
    );
    terminals.push(terminal);
    return terminal;
  };

  it('sees the reason if the stream session ends while the shell is open', async () => {
    api.answer(grant());
    const terminal = openWithFinalState();
    await terminal.sees('CONNECTED$ ');
    await bench.control('POST', `streamsessions/${session}/end`, { statusReason: 'applicationExit' });
    await terminal.sees('The stream session has ended (applicationExit).');
    await terminal.sees('ended with 0');
  });

  it('has a working terminal again if the plugin crashes', async () => {
    api.answer(grant());
    const terminal = openWithFinalState();
    await terminal.sees('CONNECTED$ ');
    // Ctrl-\\ ends the stand-in, which does not restore the terminal.
    terminal.type('\x1c');
    const at = await terminal.sees('ended with 131');
    await terminal.ended();
    expect(terminal.screen().slice(at)).toMatch(/\sicanon\s[\s\S]*\secho\s/);
  });

  it('gets new credentials if the first ones expire before the plugin is connected', async () => {
    // The first plugin never connects. The second credentials are valid for longer than the plugin needs.
    api.answer(grant(2.5), grant());
    const terminal = open({ STAND_IN_LATE: join(directory.path, 'late') });
    await terminal.sees('requesting new credentials (2 of 3)');
    await terminal.sees('CONNECTED$ ');
    terminal.type('exit\n');
    expect(await terminal.ended()).toBe(0);
    expect(existsSync(join(directory.path, 'late'))).toBe(true);
    expect(api.requests).toHaveLength(2);
  });

  it('sees the waits that the API names, and gets a shell afterwards', async () => {
    const wait = { retry: 'same', retryAfterMs: 200, detail: 'AWS is preparing access.' };
    api.answer(
      problemReply(503, 'access_not_ready', wait),
      problemReply(429, 'too_many_requests', wait),
      grant(),
    );
    const terminal = open();
    await terminal.sees(
      'AWS is preparing access (access_not_ready, request request-1). Trying again in 1 s.',
    );
    await terminal.sees('CONNECTED$ ');
    terminal.type('exit\n');
    expect(await terminal.ended()).toBe(0);
    expect(api.requests).toHaveLength(3);
  });
});

describe('the shell command without a terminal', () => {
  const env = (more: Record<string, string> = {}) => environment(directory.path, more);

  it("exits with the plugin's exit code", async () => {
    api.answer(grant());
    const { code, stdout } = await run(args('--plugin', plugin, '--json'), env({ STAND_IN_EXIT: '42' }));
    expect(code).toBe(42);
    expect(JSON.parse(stdout)).toEqual({
      streamGroupId: GROUP,
      streamSessionId: session,
      exitCode: 42,
      outcome: 'failed',
    });
    expect(api.requests).toHaveLength(1);
  });

  it('claims no success with --json when the plugin exits with 0, as it also does for a refused shell', async () => {
    api.answer(grant());
    const { code, stdout } = await run(args('--plugin', plugin, '--json'), env({ STAND_IN_EXIT: '0' }));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 0, outcome: 'unknown' });
  });

  it('says which signal ended the plugin', async () => {
    api.answer(grant());
    const killed = await run(args('--plugin', plugin), env({ STAND_IN_SIGNAL: 'SIGKILL' }));
    expect(killed).toMatchObject({ code: 137, stderr: `${plugin} was ended by SIGKILL.\n` });
    const asJson = await run(args('--plugin', plugin, '--json'), env({ STAND_IN_SIGNAL: 'SIGKILL' }));
    expect(JSON.parse(asJson.stdout)).toMatchObject({ exitCode: 137, signal: 'SIGKILL', outcome: 'failed' });
  });

  it('prints credentials with --credentials', async () => {
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
      'another program',
      () => ({ option: plugin, more: { STAND_IN_VERSION: 'hello' } }),
      'does not print its version: get version',
    ],
  ])(
    'says in one line where to get a plugin that is %s, before it requests a shell',
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

  it('shows nothing of a response that it cannot read, since that may hold credentials', async () => {
    api.answer({ status: 201, body: { tokenValue: 'secret-token', streamUrl: 'file:///x' } });
    const { code, stdout, stderr } = await run(args('--plugin', plugin), env());
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain('secret-token');
    expect(stderr).toContain('does not understand');
  });
});
