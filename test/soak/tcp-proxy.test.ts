import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let service: Server;
let proxy: TcpProxy;
let served = 0;

beforeEach(async () => {
  served = 0;
  service = createServer((_request, response) => {
    served += 1;
    response.end('answer');
  });
  await new Promise<void>((listening) => {
    service.listen(0, '127.0.0.1', listening);
  });
  proxy = await startTcpProxy(`http://127.0.0.1:${(service.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await proxy.close();
  service.closeAllConnections();
  await new Promise((closed) => service.close(closed));
});

/** Each on a connection of its own. */
const ask = async (signal?: AbortSignal) => {
  const response = await fetch(proxy.url, {
    headers: { connection: 'close' },
    ...(signal ? { signal } : {}),
  });
  return response.text();
};
const LONG_MS = 600_000;

test('a healthy proxy passes requests and answers on', async () => {
  expect(await ask()).toBe('answer');
});

test('a cut breaks a request that is under way', async () => {
  service.removeAllListeners('request').on('request', () => proxy.cut(() => true));
  await expect(ask()).rejects.toThrow();
});

test('a cut leaves a connection that it is not meant for', async () => {
  service.removeAllListeners('request').on('request', (_request, response) => {
    proxy.cut(() => false);
    response.end('still there');
  });
  expect(await ask()).toBe('still there');
});

test('a stalled proxy holds a request, and passes it on when the stall is over', async () => {
  proxy.stall(LONG_MS);
  const answer = ask();
  // A second proxy carries a request there and back meanwhile: the stalled one has had its time.
  const other = await startTcpProxy(`http://127.0.0.1:${(service.address() as AddressInfo).port}`);
  await (await fetch(other.url, { headers: { connection: 'close' } })).text();
  await other.close();
  expect(served).toBe(1);
  proxy.heal();
  expect(await answer).toBe('answer');
  expect(served).toBe(2);
});

test('a stall ends by itself', async () => {
  proxy.stall(1);
  expect(await ask()).toBe('answer');
});

test('a deaf proxy takes a request and never answers it, and serves new connections when it is over', async () => {
  proxy.deafen(LONG_MS);
  const caller = new AbortController();
  const answer = ask(caller.signal);
  let settled = false;
  answer.then(
    () => {
      settled = true;
    },
    () => {},
  );
  // The service has answered, and nobody hears it.
  await vi.waitFor(() => expect(served).toBe(1), { timeout: 60_000 });
  proxy.heal();
  expect(await ask()).toBe('answer');
  expect(settled).toBe(false);
  caller.abort();
  await expect(answer).rejects.toThrow();
});
