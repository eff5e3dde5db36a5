import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeBasePort } from '../../local/ports.ts';
import { runScript, startScript } from '../scripts.ts';

/** The deployment of this checkout, as somebody who follows the README has it: not the harness's own. */
let running: ReturnType<typeof startScript>;
let said = '';
beforeAll(async () => {
  running = startScript(`npm start -- --port ${await freeBasePort()}`);
  await new Promise<void>((resolve, reject) => {
    const hear = (data: Buffer) => {
      said += data;
      if (said.includes('Ready.')) resolve();
    };
    running.stdout?.on('data', hear);
    running.stderr?.on('data', hear);
    running.on('exit', () => reject(new Error(said)));
  });
});
afterAll(async () => {
  const ended = once(running, 'exit');
  if (running.exitCode === null && running.kill('SIGTERM')) await ended;
});

describe('somebody who follows the pages', () => {
  it("gets an address from 'npm start', and with it the commands that work on what is running", async () => {
    expect(said).toMatch(/Page +http:\/\/127\.0\.0\.1:\d+\//);
    const token = await runScript('npm run --silent token -- alice');
    expect(token).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/),
    });
    const api = /Player API +(\S+)/.exec(said)?.[1];
    const headers = { authorization: `Bearer ${token.stdout.trim()}` };
    expect(await (await fetch(`${api}/v1/streamsessions`, { headers })).json()).toEqual({
      streamSessions: [],
    });
    expect(await runScript('npm run --silent operator -- sessions --subject alice --local')).toMatchObject({
      code: 0,
    });
    const doctor = await runScript('npm run doctor -- --local');
    expect(doctor).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('All that was looked at is well.'),
    });
  });

  it.skipIf(process.platform === 'win32')(
    'gets, by the session by hand of docs/protocol.md, the answers that stand there',
    { meta: { needs: 'the commands of the page are for a shell, which Windows has not' } },
    () => {
      const root = join(import.meta.dirname, '..', '..');
      const page = readFileSync(join(root, 'docs', 'protocol.md'), 'utf8');
      const [, block = ''] = /<!-- walk: run by the tests -->\n```sh\n([\s\S]*?)```/.exec(page) ?? [];
      const shown = [...block.matchAll(/^# (.*) (\d{3})$/gm)];

      const { stdout, stderr } = spawnSync('bash', ['-c', block], { cwd: root, encoding: 'utf8' });

      const heard = stdout.trimEnd().split('\n');
      expect(stderr).toBe('');
      expect(heard.map((line) => line.slice(-3))).toEqual(shown.map(([, , status]) => status));
      for (const [at, [, answer = '']] of shown.entries()) {
        // What differs from run to run are ids; the rest is there, in this order.
        const parts = answer
          .replaceAll(/Id":"[\w-]{16,}/g, 'Id":"…')
          .split('…')
          .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
        expect(heard[at]).toMatch(new RegExp(`^${parts.join('.*')} \\d{3}$`));
      }
    },
  );

  it('ends it with Ctrl-C, and the commands say that nothing is running', async () => {
    const ended = once(running, 'exit');
    running.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    const { code, stderr } = await runScript('npm run --silent token -- alice');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'The local deployment is not running. Start it with: npm start\n',
    });
  });
});
