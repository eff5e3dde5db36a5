import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeBasePort } from '../../local/ports.ts';
import { runScript, startScript } from '../scripts.ts';

const root = join(import.meta.dirname, '..', '..');

/** An office's proxy. It records requests and reaches nothing. */
const asked: string[] = [];
const proxy = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  response.writeHead(502).end('<html>The proxy can not reach this.</html>');
}).on('connect', (request, socket) => {
  asked.push(`CONNECT ${request.url}`);
  socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
});
let behindProxy: NodeJS.ProcessEnv;

/** The deployment of this checkout, as a user behind a proxy gets it by the README. It is not the harness's. */
let running: ReturnType<typeof startScript>;
let said = '';
beforeAll(async () => {
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const exceptions = { NO_PROXY: '.office.example', no_proxy: '.office.example' };
  const proxies = { HTTP_PROXY: address, HTTPS_PROXY: address, http_proxy: address, https_proxy: address };
  behindProxy = { ...process.env, NODE_USE_ENV_PROXY: '1', ...proxies, ...exceptions };
  running = startScript(`npm start -- --port ${await freeBasePort()}`, behindProxy);
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
  proxy.close();
});

describe('a user who follows the documentation', () => {
  it("gets an address from 'npm start', and with it the commands that work on what is running", async () => {
    expect(said).toMatch(/Page +http:\/\/127\.0\.0\.1:\d+\//);
    const endpoints = JSON.parse(readFileSync(join(root, '.local', 'endpoints.json'), 'utf8'));
    const { identity, clientId, scope, webSdk } = endpoints;
    for (const each of [identity, clientId, `openid ${scope}`, webSdk]) expect(said).toContain(` ${each}\n`);
    const token = await runScript('npm run --silent token -- alice', behindProxy);
    expect(token).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/),
    });
    const withClaims = await runScript(
      'npm run --silent token -- alice --claims {"plan":"gold"}',
      behindProxy,
    );
    const [, payload = ''] = withClaims.stdout.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      sub: 'alice',
      plan: 'gold',
    });
    const api = /Player API +(\S+)/.exec(said)?.[1];
    const headers = { authorization: `Bearer ${token.stdout.trim()}` };
    expect(await (await fetch(`${api}/v1/streamsessions`, { headers })).json()).toEqual({
      streamSessions: [],
    });
    expect(
      await runScript('npm run --silent operator -- sessions --subject alice --local', behindProxy),
    ).toMatchObject({ code: 0 });
    const doctor = await runScript('npm run doctor -- --local', behindProxy);
    expect(doctor).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Everything that was checked is fine.'),
    });
  });

  it('meets an AWS that takes 5 s to notice a lost client, so that the first short blackout heals instead of being replaced', async () => {
    const emulator = /Emulator +(\S+)/.exec(said)?.[1];
    const settings = await (await fetch(`${emulator}/_emulator/settings`)).json();
    expect(settings).toMatchObject({ lossNoticeSeconds: 5 });
  });

  it.skipIf(process.platform === 'win32')(
    'gets, by the session by hand of docs/protocol.md, the answers that stand there',
    { meta: { needs: 'the commands of the page are for a shell, which Windows has not' } },
    () => {
      const page = readFileSync(join(root, 'docs', 'protocol.md'), 'utf8');
      const [, block = ''] = /<!-- walk: run by the tests -->\n```sh\n([\s\S]*?)```/.exec(page) ?? [];
      const shown = [...block.matchAll(/^# (.*) (\d{3})$/gm)];

      const { stdout, stderr } = spawnSync('bash', ['-c', block], { cwd: root, encoding: 'utf8' });

      const heard = stdout.trimEnd().split('\n');
      expect(stderr).toBe('');
      expect(heard.map((line) => line.slice(-3))).toEqual(shown.map(([, , status]) => status));
      for (const [at, [, answer = '']] of shown.entries()) {
        // Only ids differ between runs. The rest is there, in this order.
        const parts = answer
          .replaceAll(/Id":"[\w-]{16,}/g, 'Id":"…')
          .split('…')
          .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
        expect(heard[at]).toMatch(new RegExp(`^${parts.join('.*')} \\d{3}$`));
      }
    },
  );

  it("reaches it with the installed command of operators, by Node's own switch for a proxy too", async () => {
    const args = ['--use-env-proxy', 'operator/bin.mjs', 'sessions', '--subject', 'alice', '--local'];
    const { NODE_USE_ENV_PROXY: _, ...env } = behindProxy;
    expect(await promisify(execFile)(process.execPath, args, { env, cwd: root })).toMatchObject({
      stderr: '',
    });
  });

  it('can do all of this behind a proxy, which sees no request', () => {
    expect(asked).toEqual([]);
  });

  it('ends it with Ctrl-C, and the commands say that nothing is running', async () => {
    const ended = once(running, 'exit');
    process.kill(-(running.pid ?? 0), 'SIGINT');
    expect(await ended).toEqual([0, null]);
    const { code, stderr } = await runScript('npm run --silent token -- alice');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'The local deployment is not running. Start it with: npm start\n',
    });
  });
});
