import { GetStreamGroupCommand } from '@aws-sdk/client-gameliftstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFaults } from '../../../emulator/api/faults.ts';
import { createRateLimit } from '../../../emulator/api/rate-limit.ts';
import { atOneMoment, type Bench, GROUP, openBench } from '../support.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const getGroup = () => bench.client.send(new GetStreamGroupCommand({ Identifier: GROUP }));
const plan = (fault: object) => bench.control('POST', 'faults', fault);
const sessions = async () => (await bench.control('GET', 'streamsessions')).body as unknown[];

describe('a planned fault', () => {
  it.each([
    ['throttle', 'ThrottlingException', 429],
    ['internal', 'InternalServerException', 500],
    ['notReady', 'StreamSessionAccessNotReadyException', 409],
    ['accessDenied', 'AccessDeniedException', 403],
    ['validation', 'ValidationException', 400],
    ['conflict', 'ConflictException', 409],
  ])('%s is %s with HTTP status %i, as often as its count says', async (kind, name, httpStatusCode) => {
    await plan({ operation: 'GetStreamGroup', kind, count: 2 });
    await expect(getGroup()).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    await expect(getGroup()).rejects.toMatchObject({ name });
    expect((await getGroup()).Id).toBe(GROUP);
    expect((await bench.control('GET', 'faults')).body).toEqual([]);
  });

  it('reset breaks the connection before the call takes effect, lostResponse afterwards', async () => {
    await plan({ operation: 'StartStreamSession', kind: 'reset', count: 1 });
    await expect(bench.start()).rejects.toThrow();
    expect(await sessions()).toHaveLength(0);
    await plan({ operation: 'StartStreamSession', kind: 'lostResponse', count: 1 });
    await expect(bench.start()).rejects.toThrow();
    expect(await sessions()).toHaveLength(1);
    expect(await bench.calls()).toMatchObject([
      { operation: 'StartStreamSession', status: null, fault: 'reset' },
      { operation: 'StartStreamSession', status: 201, fault: 'lostResponse' },
    ]);
  });

  it('latency delays one response while later calls get theirs', async () => {
    await plan({ operation: 'GetStreamGroup', kind: 'latency', milliseconds: 600_000, count: 1 });
    let isAnswered = false;
    const answered = () => {
      isAnswered = true;
    };
    void getGroup().then(answered, answered);
    await expect.poll(async () => (await bench.control('GET', 'faults')).body).toEqual([]);
    expect((await getGroup()).Id).toBe(GROUP);
    expect(isAnswered).toBe(false);
  });

  it('latency and a failure hit the same call', async () => {
    await plan({ operation: '*', kind: 'latency', milliseconds: 1, count: 1 });
    await plan({ operation: '*', kind: 'throttle', count: 1 });
    await expect(getGroup()).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(await bench.calls()).toMatchObject([
      { status: 429, fault: 'latency,throttle', error: 'ThrottlingException' },
    ]);
  });

  it('without count and probability stays until it is deleted, and hits its operation only', async () => {
    await plan({ operation: 'StartStreamSession', kind: 'internal' });
    await expect(bench.start()).rejects.toMatchObject({ name: 'InternalServerException' });
    await expect(bench.start()).rejects.toMatchObject({ name: 'InternalServerException' });
    await getGroup();
    expect((await bench.control('DELETE', 'faults')).status).toBe(204);
    await bench.start();
  });

  it('hits as often as its probability says', () => {
    let next = 0;
    const faults = createFaults(() => next);
    faults.add({ operation: '*', kind: 'throttle', probability: 0.3 });
    next = 0.29;
    expect(faults.effectsOn({ operation: 'GetStreamGroup' }).error?.name).toBe('ThrottlingException');
    next = 0.3;
    expect(faults.effectsOn({ operation: 'GetStreamGroup' }).error).toBeUndefined();
  });

  it.each<[object, RegExp]>([
    [
      { operation: 'DeleteAll', kind: 'reset' },
      /"operation".*StartStreamSession.*CreateStreamSessionConnection/,
    ],
    [{ operation: '*', kind: 'explode' }, /"kind".*throttle.*lostResponse/],
    [{ operation: '*', kind: 'reset', probability: 2 }, /"probability"/],
    [{ operation: '*', kind: 'reset', count: 0 }, /"count"/],
    [{ operation: '*', kind: 'reset', count: 1, probability: 0.5 }, /not both/],
    [{ operation: '*', kind: 'throttle', milliseconds: 5 }, /refused: "milliseconds" belongs to the kind/],
    [{ operation: '*', kind: 'reset', milliseconds: 5 }, /milliseconds/],
    [{ operation: '*', kind: 'throttle', at: 'answer' }, /refused: "at" belongs to the kind "hold"/],
    [{ operation: '*', kind: 'hold', at: 'noon' }, /"at" of a fault must be one of arrival, answer/],
    [{ operation: '*', kind: 'hold', streamSessionId: 'arn:x/y' }, /"streamSessionId".*last part of its ARN/],
    [
      { operation: 'StartStreamSession', kind: 'hold', streamSessionId: 'x' },
      /names no stream session, so leave "streamSessionId" out/,
    ],
    [
      { operation: 'ListStreamSessionsByAccount', kind: 'throttle', streamGroupId: 'x' },
      /names no stream group, so leave "streamGroupId" out/,
    ],
    [{ operation: '*', kind: 'reset', times: 5 }, /"times".*count/],
    [[], /JSON object|operation/],
  ])('%j is refused with a sentence that says what is allowed', async (fault, sentence) => {
    const answer = await plan(fault);
    expect(answer.status).toBe(400);
    expect((answer.body as { error: string }).error).toMatch(sentence);
    expect((await bench.control('GET', 'faults')).body).toEqual([]);
  });
});

describe('a quota', () => {
  it('lets a burst of one second through, then throttles that operation alone', async () => {
    await bench.control('PUT', 'settings', { quotas: { GetStreamGroup: 3 } });
    const results = await atOneMoment(() => Promise.allSettled(Array.from({ length: 10 }, getGroup)));
    const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
    expect(refused).toHaveLength(7);
    for (const reason of refused) {
      expect(reason).toMatchObject({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } });
    }
    await bench.start();
  });

  it('refills with time up to one second’s worth, and follows a change at once', () => {
    let now = 0;
    let rate = 20;
    const limit = createRateLimit(
      () => rate,
      () => now,
    );
    const taken = () => {
      let count = 0;
      while (limit.take('x')) count += 1;
      return count;
    };
    expect(taken()).toBe(20);
    now = 50;
    expect(taken()).toBe(1);
    now = 60_000;
    expect(taken()).toBe(20);
    rate = 2;
    now = 61_000;
    expect(taken()).toBe(2);
    rate = 0.5;
    now = 62_000;
    expect(taken()).toBe(0);
    now = 63_000;
    expect(taken()).toBe(1);
  });
});

describe('the record of calls', () => {
  it('names each call in order, with its principal, client token and status', async () => {
    const id = await bench.start({ ClientToken: 'token-'.padEnd(32, 'x') });
    await bench.get(id);
    await bench.get('unknown').catch(() => {});
    const calls = await bench.calls();
    expect(calls).toMatchObject([
      {
        operation: 'StartStreamSession',
        principal: 'tester',
        clientToken: 'token-'.padEnd(32, 'x'),
        status: 201,
      },
      { operation: 'GetStreamSession', principal: 'tester', clientToken: null, status: 200 },
      { operation: 'GetStreamSession', status: 404, error: 'ResourceNotFoundException' },
    ]);
    expect(calls.every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true);
    expect(JSON.stringify(calls)).not.toContain('v=0');
    await bench.control('DELETE', 'calls');
    expect(await bench.calls()).toEqual([]);
  });
});

describe('the control API', () => {
  it('shows a session, and responds 404 or 409 when there is no connection to cut', async () => {
    const id = await bench.start({ UserId: 'player' });
    await bench.reaches(id, 'CONNECTED');
    expect((await bench.control('GET', `streamsessions/${id}`)).body).toMatchObject({
      id,
      streamGroupId: GROUP,
      status: 'CONNECTED',
      statusReason: null,
      userId: 'player',
      connections: 1,
      peer: 'signalling',
      counter: expect.any(Number),
    });
    expect((await bench.control('POST', `streamsessions/${id}/drop`, { how: 'softly' })).status).toBe(400);
    expect((await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' })).status).toBe(200);
    expect((await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' })).status).toBe(409);
    expect((await bench.control('POST', 'streamsessions/none/drop', { how: 'close' })).status).toBe(404);
    expect((await bench.control('GET', 'streamsessions/none')).status).toBe(404);
  });

  it('lists its routes for an unknown path', async () => {
    const answer = await bench.control('GET', 'everything');
    expect(answer.status).toBe(404);
    expect((answer.body as { error: string }).error).toContain('POST faults');
    expect((await bench.control('PUT', `streamgroups/${GROUP}`, { status: 'FINE' })).status).toBe(400);
    const response = await fetch(`${bench.emulator.url}/_emulator/faults`, { method: 'POST', body: '{' });
    expect(response.status).toBe(400);
  });
});
