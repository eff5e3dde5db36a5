import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { documentedCommands } from '../operator/documented-commands.ts';
import { openPseudoTerminal, type PseudoTerminal } from '../operator/pseudo-terminal.ts';
import { environment, MAIN, REASON, run, standInPlugin, temporaryDirectory } from '../operator/support.ts';
import { type Deployed, deploy, eventually } from './harness.ts';

let deployed: Deployed;
const home = temporaryDirectory();
const plugin = standInPlugin(home.path);
const terminals: PseudoTerminal[] = [];

beforeAll(async () => {
  deployed = await deploy({ emulator: { adminShellReadySeconds: 0 } });
});
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.close();
});
afterAll(async () => {
  await deployed?.close();
  home.remove();
});

/** An operator's terminal without its own key uses the local deployment's. */
const env = () => environment(home.path, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
const local = () => ['--local', '--directory', deployed.directory];
const cli = (...args: string[]) => run([...args, ...local()], env());
const open = (...args: string[]) => {
  const terminal = openPseudoTerminal([process.execPath, MAIN, ...args, ...local()], env());
  terminals.push(terminal);
  return terminal;
};
const playing = async (name: string) => {
  const player = await deployed.player({ name });
  const id: string = (await player.start()).json.streamSession.streamSessionId;
  await eventually(
    () => deployed.session(id),
    ({ status }) => status === 'CONNECTED',
  );
  return { player, id, group: deployed.endpoints.streamGroupId };
};

describe('an operator with the command line and the plugin', () => {
  it("finds a complaining player's session, opens a shell in it, reads it, and leaves", async () => {
    const { player, id, group } = await playing('auth0|complaining');
    const listed = await cli('sessions', '--subject', player.name);
    expect(listed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`${group}/${id}`) });

    const terminal = open('shell', `${group}/${id}`, '--reason', REASON, '--plugin', plugin);
    await terminal.sees('CONNECTED$ ');
    terminal.type('status\n');
    const userId = playerIdOf(deployed.endpoints.identity, player.name, 'pseudonym');
    await terminal.sees(new RegExp(`user id +${userId}`));
    terminal.type('exit\n');
    expect(await terminal.ended()).toBe(0);
    // The player noticed nothing.
    expect((await deployed.session(id)).status).toBe('CONNECTED');
  });

  it('can use the commands of docs/operator.md for one machine as they stand there', async () => {
    const { id } = await playing('alice');
    const shown = documentedCommands().filter(({ args }) => args.includes('--local'));
    expect(shown.map(({ args }) => args[0])).toEqual(['sessions', 'shell', 'terminate']);
    const [sessions = [], shell = [], terminate = []] = shown.map(({ args }) =>
      args.filter((arg) => arg !== '--local').map((arg) => (arg === 'STREAM_SESSION' ? id : arg)),
    );
    expect(await cli(...sessions)).toMatchObject({ code: 0, stdout: expect.stringContaining(id) });
    const terminal = open(...shell, '--plugin', plugin);
    await terminal.sees('CONNECTED$ ');
    terminal.type('exit\n');
    expect(await terminal.ended()).toBe(0);
    expect(await cli(...terminate)).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends the session, and a shell that is open in it', async () => {
    const { id, group } = await playing('somebody');
    const terminal = open('shell', id, '--reason', REASON, '--plugin', plugin);
    await terminal.sees('CONNECTED$ ');
    expect(await cli('terminate', `${group}/${id}`)).toMatchObject({ code: 0, stderr: '' });
    await terminal.sees('The stream session has ended (apiTerminated).');
    expect(await terminal.ended()).toBe(0);
    const refused = await cli('shell', id, '--reason', REASON, '--plugin', plugin);
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('(session_over, request ') });
  });

  it('leaves no secret in any log, and leaked credentials expire', async () => {
    const { id } = await playing('another');
    const { code, stdout } = await cli('shell', id, '--reason', REASON, '--credentials');
    expect(code).toBe(0);
    const { streamUrl, tokenValue } = JSON.parse(stdout);
    await deployed.control('PUT', 'settings', { adminShellTokenSeconds: 0 });
    const refused = await new Promise((resolve) => {
      const socket = new WebSocket(streamUrl);
      socket.onopen = () => resolve(false);
      socket.onerror = () => resolve(true);
    });
    expect(refused).toBe(true);
    await deployed.control('PUT', 'settings', { adminShellTokenSeconds: 60 });

    const logs = readdirSync(join(deployed.directory, 'logs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(logs.join('')).toContain(id);
    const calls = JSON.stringify(await deployed.calls());
    for (const secret of [tokenValue, streamUrl, new URL(streamUrl).pathname]) {
      expect(logs.some((log) => log.includes(secret))).toBe(false);
      expect(calls).not.toContain(secret);
    }
  });
});
