import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startRelay } from '../../bench/broker/relay.ts';
import { overheadArguments } from '../../bench/overhead/arguments.ts';
import { figuresOf } from '../../bench/overhead/figures.ts';
import { callsOf, repeated } from '../../bench/overhead/replay.ts';

const LEASE_ID = '0358c697-5317-4934-95a2-89c4a1a6d240';
const TOKEN = 'connect-vfymsHPTiBNzcc4J2u8tbwTx1Xa4kdbX';
const OFFER = JSON.stringify({ type: 'offer', sdp: 'v=0\r\no=- 81009977315064 2 IN IP4 127.0.0.1\r\n' });

const call = (at: number, more: { target?: string; path?: string; request: object; status?: number }) => ({
  path: '/',
  response: '{}',
  status: 200,
  at,
  ...more,
  request: JSON.stringify(more.request),
});
const acquire = (at: number) =>
  call(at, {
    target: 'DynamoDB_20120810.UpdateItem',
    request: { Key: 'k', ExpressionAttributeValues: { ':lease': { L: [{ M: { id: { S: LEASE_ID } } }] } } },
  });
const pacerRead = (at: number) =>
  call(at, { target: 'DynamoDB_20120810.GetItem', request: { Key: 'pacer' } });
const connect = (at: number) =>
  call(at, {
    path: '/streamgroups/sg-1/streamsessions/s-1/connections',
    request: { SignalRequest: OFFER, ClientToken: TOKEN },
  });
const finish = (at: number) =>
  call(at, {
    target: 'DynamoDB_20120810.UpdateItem',
    request: { Key: 'k', ExpressionAttributeValues: { ':leaseId': { S: LEASE_ID } } },
  });

describe('the bare calls', () => {
  it('are grouped by reconnect, whether or not one of them read the admission queue', () => {
    const groups = callsOf(
      [connect(3), finish(4), acquire(1), pacerRead(2), acquire(5), connect(6), finish(7)],
      2,
    );
    expect(groups.map((calls) => calls.map(({ at }) => at))).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7],
    ]);
  });

  it('never come from a failed reconnect, which would cost less', () => {
    expect(() => callsOf([acquire(1), { ...connect(2), status: 409 }], 1)).toThrow('answered 409');
    expect(() => callsOf([acquire(1)], 2)).toThrow('2 reconnects took 1 leases');
  });

  it('differ from the originals only in what identifies a request, so that AWS and the table accept them', () => {
    const [first, second, third] = repeated([acquire(1), connect(2), finish(3)]);
    expect(first?.operation).toBe('UpdateItem');
    const lease = JSON.stringify(first?.input);
    expect(lease).not.toContain(LEASE_ID);
    expect(lease).toHaveLength(acquire(1).request.length);
    // The released lease is the one that was taken.
    const values = third?.input.ExpressionAttributeValues as Record<string, object> | undefined;
    expect(lease).toContain(`"id":${JSON.stringify(values?.[':leaseId'])}`);
    expect(second).toMatchObject({
      operation: 'CreateStreamSessionConnection',
      input: { Identifier: 'sg-1', StreamSessionIdentifier: 's-1' },
    });
    expect(second?.input.ClientToken).not.toBe(TOKEN);
    expect(second?.input.ClientToken).toHaveLength(TOKEN.length);
    expect(second?.input.SignalRequest).not.toBe(OFFER);
    expect(JSON.parse(String(second?.input.SignalRequest)).type).toBe('offer');
  });
});

describe('the relay between a function and a service', () => {
  it('passes every request on and records it', async () => {
    const service = createServer((request, response) => {
      request
        .resume()
        .on('end', () => response.writeHead(201, { 'x-host': request.headers.host }).end('short'));
    });
    await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening));
    const { port } = service.address() as AddressInfo;
    const relay = await startRelay(`http://127.0.0.1:${port}`, (body) => `${body}er`);
    try {
      const answer = await fetch(`${relay.url}/a?b`, { method: 'POST', body: 'asked' });
      expect([answer.status, await answer.text()]).toEqual([201, 'shorter']);
      // The signature covers the caller's host.
      expect(answer.headers.get('x-host')).toBe(new URL(relay.url).host);
      expect(relay.take()).toMatchObject([
        { path: '/a?b', request: 'asked', response: 'shorter', status: 201 },
      ]);
      expect(relay.take()).toEqual([]);
    } finally {
      await relay.close();
      service.close();
    }
  });
});

describe('the overhead', () => {
  it('is the ratio of the medians', () => {
    expect(figuresOf({ rejoinUs: [1250, 9000, 1200], bareUs: [1000, 1100, 300], calls: [4, 4, 4] })).toEqual({
      rejoinCpuUs: 1250,
      bareCpuUs: 1000,
      ratio: 1.25,
    });
  });

  it('is measured in forty rounds by default, and in at least one', () => {
    expect(overheadArguments(['--json'])).toEqual({ rounds: 40, json: true });
    expect(() => overheadArguments(['--rounds', '1.5'])).toThrow(
      '--rounds takes a whole number from 1 to 1000, not "1.5".',
    );
  });
});
