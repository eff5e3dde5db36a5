import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startAwsProxy } from './aws-proxy.ts';
import type { AwsCall } from './aws-record.ts';

const arn = 'arn:aws:gameliftstreams:us-west-2:123456789012:streamsession/sg-1/s1';
let aws: Server;
let proxy: Awaited<ReturnType<typeof startAwsProxy>>;
let sent: AwsCall[];
let accepted: [AwsCall, string][];
let served: string[];
let status: number | 'lost';

beforeEach(async () => {
  [sent, accepted, served, status] = [[], [], [], 200];
  aws = createServer(async (request, response) => {
    for await (const _ of request);
    served.push(`${request.method} ${request.url}`);
    if (status === 'lost') return void request.socket.destroy();
    response.writeHead(status).end(JSON.stringify({ Arn: arn, SignalResponse: 'answer' }));
  });
  await new Promise<void>((listening) => {
    aws.listen(0, '127.0.0.1', listening);
  });
  proxy = await startAwsProxy(`http://127.0.0.1:${(aws.address() as AddressInfo).port}`, {
    sent: (call) => sent.push(call),
    answered: (call, made) => accepted.push([call, made]),
  });
});

afterEach(async () => {
  await proxy.close();
  aws.closeAllConnections();
  await new Promise((closed) => aws.close(closed));
});

const post = (path: string, body: object) =>
  fetch(`${proxy.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
const connect = { ClientToken: 'token', SignalRequest: 'offer' };
const connections = '/streamgroups/sg-1/streamsessions/s1/connections';

test('a start that AWS accepts with 201 is told with its player and the session it made', async () => {
  status = 201;
  expect(
    await (await post('/streamgroups/sg-1/streamsessions', { ...connect, UserId: 'user' })).json(),
  ).toEqual({
    Arn: arn,
    SignalResponse: 'answer',
  });
  const call = { operation: 'StartStreamSession', clientToken: 'token', offer: 'offer', userId: 'user' };
  expect(sent).toEqual([call]);
  expect(accepted).toEqual([[call, arn]]);
});

test('a connection that AWS accepts with 200 is told with its session, also where the path names it by its ARN', async () => {
  const call = {
    operation: 'CreateStreamSessionConnection',
    clientToken: 'token',
    offer: 'offer',
    session: 's1',
  };
  await post(connections, connect);
  await post(`/streamgroups/sg-1/streamsessions/${encodeURIComponent(arn)}/connections`, connect);
  expect(accepted).toEqual([
    [call, 'answer'],
    [call, 'answer'],
  ]);
});

test('a call that AWS throttles is passed on and not told as accepted', async () => {
  status = 429;
  expect((await post(connections, connect)).status).toBe(429);
  expect([sent.length, accepted.length]).toEqual([1, 0]);
});

test('a call whose answer AWS loses is told as sent, and its function gets no answer', async () => {
  status = 'lost';
  await expect(post(connections, connect)).rejects.toThrow();
  expect([sent.length, accepted.length]).toEqual([1, 0]);
});

test('other calls of AWS are passed on and not told', async () => {
  await fetch(`${proxy.url}/streamgroups/sg-1/streamsessions/s1`);
  await fetch(`${proxy.url}/streamgroups/sg-1/streamsessions/s1`, { method: 'DELETE' });
  expect(served).toEqual([
    'GET /streamgroups/sg-1/streamsessions/s1',
    'DELETE /streamgroups/sg-1/streamsessions/s1',
  ]);
  expect(sent).toEqual([]);
});

test('a call that has reached AWS is accepted also if its function dies meanwhile', async () => {
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  aws.removeAllListeners('request').on('request', async (_request, response) => {
    arrived.resolve();
    await released.promise;
    response.end(JSON.stringify({ SignalResponse: 'answer' }));
  });
  const dying = new AbortController();
  const call = fetch(`${proxy.url}${connections}`, {
    method: 'POST',
    body: JSON.stringify(connect),
    signal: dying.signal,
  });
  await arrived.promise;
  dying.abort();
  await expect(call).rejects.toThrow();
  released.resolve();
  await vi.waitFor(() => expect(accepted).toHaveLength(1), { timeout: 60_000 });
});
