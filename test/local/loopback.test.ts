import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directToLoopback } from '../../launch/loopback.mjs';

const answering = (text: string) => createServer((_request, response) => response.end(text));
const proxy = answering('by the proxy').on('connect', (_request, socket) => {
  socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
});
const here = answering('directly');
const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  proxy.listen(0, '127.0.0.1');
  here.listen(0, 'localhost');
  await Promise.all([once(proxy, 'listening'), once(here, 'listening')]);
});
afterAll(() => {
  proxy.close();
  here.close();
});

/** Sends requests with fetch and with http, the two clients of Node. */
const PROGRAM = `
const { get } = require('node:http');
const plain = (url) => new Promise((done, failed) => get(url, (answer) => done(answer.toArray())).on('error', failed)).then(String);
const fetched = async (url) => (await fetch(url)).text();
(async () => {
  for (const url of process.argv.slice(1)) console.log(await plain(url), await fetched(url).catch((error) => error.cause.code));
})();`;

const urls = () => [`http://localhost:${portOf(here)}/`, `http://${hostOf()}:${portOf(here)}/`];
function hostOf(): string {
  const { address, family } = here.address() as AddressInfo;
  return family === 'IPv6' ? `[${address}]` : address;
}

async function ask(env: NodeJS.ProcessEnv, ...addresses: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', PROGRAM, ...addresses], { env });
  return stdout.trim().split('\n');
}

test.each([
  ['nothing', {}],
  ['a list', { NO_PROXY: '.office.example, 10.0.0.1' }],
  ['everything', { no_proxy: '*' }],
])(
  'a process connects to this machine directly, when the user keeps %s from the proxy',
  async (_what, list) => {
    const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}`, ...list };
    expect(await ask(directToLoopback(env), ...urls())).toEqual(['directly directly', 'directly directly']);
  },
);

test('the user’s own list of hosts stays in both variables, and requests to other hosts use the proxy', async () => {
  const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}` };
  expect(directToLoopback({ no_proxy: 'a', NO_PROXY: 'b,localhost' })).toEqual({
    no_proxy: 'a,localhost,127.0.0.1,[::1],::1',
    NO_PROXY: 'b,localhost,127.0.0.1,[::1],::1',
  });
  const [answer] = await ask(directToLoopback(env), 'http://api.office.example/');
  expect(answer).toMatch(/^by the proxy /);
});
