import {
  CreateStreamSessionConnectionCommand,
  GetStreamGroupCommand,
  GetStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHolds, type HeldCall, type HeldCallView } from '../../../emulator/api/holds.ts';
import { type Bench, GROUP, newOffer, openBench, until } from '../support.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const plan = async (fault: object) => expect((await bench.control('POST', 'faults', fault)).status).toBe(201);
const held = async () => (await bench.control('GET', 'held')).body as HeldCallView[];
const holds = async (count: number) => {
  const calls = await until(held, ({ length }) => length === count);
  expect(calls).toHaveLength(count);
  return calls;
};
const release = async (which?: object) =>
  (await bench.control('POST', 'release', which)).body as HeldCallView[];
const getGroup = () => bench.client.send(new GetStreamGroupCommand({ Identifier: GROUP }));
const inTheGame = async () => ((await bench.control('GET', 'streamsessions')).body as unknown[]).length;
/** A session in PENDING_CLIENT_RECONNECTION. */
const dropped = async () => {
  const id = await bench.start();
  await bench.reaches(id, 'CONNECTED');
  await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
  return id;
};

describe('a held call', () => {
  it('that is held at its arrival takes effect only when it is released', async () => {
    await plan({ operation: 'StartStreamSession', kind: 'hold', count: 1 });
    const starting = bench.start();
    expect(await holds(1)).toMatchObject([
      { operation: 'StartStreamSession', at: 'arrival', status: null, isCallerGone: false },
    ]);
    expect(await inTheGame()).toBe(0);
    expect(await bench.calls()).toMatchObject([{ status: null, fault: 'hold' }]);
    expect(await release()).toMatchObject([{ operation: 'StartStreamSession' }]);
    await starting;
    expect(await inTheGame()).toBe(1);
    expect(await held()).toEqual([]);
  });

  it('that is held at its answer has taken effect, and only its response waits', async () => {
    const id = await dropped();
    await plan({ operation: 'CreateStreamSessionConnection', kind: 'hold', at: 'answer', count: 1 });
    const connecting = bench.connect(id);
    expect(await holds(1)).toMatchObject([{ streamSessionId: id, at: 'answer', status: 200 }]);
    await bench.reaches(id, 'CONNECTED');
    await release();
    expect(await connecting).toContain('"answer"');
  });

  it('does not hold other calls, and its response shows what has changed meanwhile', async () => {
    const id = await dropped();
    await plan({ operation: 'CreateStreamSessionConnection', kind: 'hold', count: 1 });
    const late = bench.connect(id);
    await holds(1);
    await bench.connect(id);
    await bench.reaches(id, 'CONNECTED');
    const refused = expect(late).rejects.toMatchObject({ name: 'ConflictException' });
    await release();
    await refused;
  });

  it('can be held twice, and its other faults hit between the two holds', async () => {
    await plan({ operation: '*', kind: 'hold', count: 1 });
    await plan({ operation: '*', kind: 'hold', at: 'answer', count: 1 });
    await plan({ operation: '*', kind: 'throttle', count: 1 });
    const throttled = expect(getGroup()).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(await holds(1)).toMatchObject([{ at: 'arrival', status: null }]);
    await release();
    await until(held, ([call]) => call?.at === 'answer');
    expect(await held()).toMatchObject([{ at: 'answer', status: 429 }]);
    await release();
    await throttled;
  });

  it('goes on although its caller has closed the connection, like a call that has reached AWS', async () => {
    const id = await dropped();
    await plan({ operation: 'CreateStreamSessionConnection', kind: 'hold', count: 1 });
    const patience = new AbortController();
    const command = new CreateStreamSessionConnectionCommand({
      Identifier: GROUP,
      StreamSessionIdentifier: id,
      SignalRequest: newOffer(),
    });
    const given = bench.client.send(command, { abortSignal: patience.signal });
    const gaveUp = expect(given).rejects.toMatchObject({ name: 'AbortError' });
    await holds(1);
    patience.abort();
    await gaveUp;
    await until(held, ([call]) => call?.isCallerGone === true);
    expect(await held()).toMatchObject([{ isCallerGone: true }]);
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');
    await release();
    await bench.reaches(id, 'CONNECTED');
  });

  it('never takes effect when the emulator ends, and does not delay its end', async () => {
    const id = await dropped();
    await plan({ operation: 'CreateStreamSessionConnection', kind: 'hold' });
    await plan({ operation: 'GetStreamGroup', kind: 'hold', at: 'answer' });
    const broken = Promise.allSettled([bench.connect(id), getGroup()]);
    await holds(2);
    await bench.emulator.close();
    expect((await broken).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('does not go on after the emulator has ended, whether it was held before or comes later', async () => {
    const all = createHolds();
    const call: HeldCall = {
      target: { operation: 'GetStreamGroup' },
      clientToken: null,
      at: 'arrival',
      status: null,
      isCallerGone: () => false,
    };
    const before = all.hold(call);
    all.close();
    expect(await before).toBe(false);
    expect(await all.hold(call)).toBe(false);
    expect(all.list()).toEqual([]);
  });

  it('goes on when the faults are deleted', async () => {
    await plan({ operation: '*', kind: 'hold' });
    const waiting = Promise.all([getGroup(), getGroup()]);
    await holds(2);
    expect((await bench.control('DELETE', 'faults')).status).toBe(204);
    await waiting;
    expect(await held()).toEqual([]);
  });
});

describe('a release', () => {
  const get = (id: string) =>
    bench.client.send(new GetStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier: id }));

  it('can name an operation, a session and a number of calls; the oldest call goes first', async () => {
    const [one, other] = [await bench.start(), await bench.start()];
    await plan({ operation: '*', kind: 'hold' });
    const calls: Promise<unknown>[] = [];
    for (const call of [() => get(one), () => get(other), getGroup, () => get(one)]) {
      calls.push(call());
      await holds(calls.length);
    }
    expect(await release({ operation: 'GetStreamGroup' })).toMatchObject([{ operation: 'GetStreamGroup' }]);
    expect(await release({ streamSessionId: other })).toMatchObject([{ streamSessionId: other }]);
    expect(await release({ streamSessionId: 'nobody' })).toEqual([]);
    expect(await release({ count: 1 })).toMatchObject([{ streamSessionId: one }]);
    await Promise.all(calls.slice(0, 3));
    await holds(1);
    expect(await release({ count: 5 })).toHaveLength(1);
    await Promise.all(calls);
  });

  it.each([{ operation: 'DeleteAll' }, { count: 0 }, { session: 'x' }, []])(
    'of %j is refused with a sentence, and lets nothing go',
    async (which) => {
      await plan({ operation: '*', kind: 'hold' });
      const waiting = getGroup();
      await holds(1);
      const { status, body } = await bench.control('POST', 'release', which);
      expect(status).toBe(400);
      expect((body as { error: string }).error).toMatch(/GetStreamGroup.*"streamSessionId" or "count"/);
      expect(await held()).toHaveLength(1);
      await release();
      await waiting;
    },
  );
});

describe('a fault addressed to one session', () => {
  const arn = (id: string) => `arn:aws:gameliftstreams:us-west-2:123456789012:streamsession/${GROUP}/${id}`;
  const get = (id: string) =>
    bench.client.send(new GetStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier: id }));

  it('does not hit calls for another session, and hits a call that names the session by its ARN', async () => {
    const [one, other] = [await bench.start(), await bench.start()];
    await plan({ operation: '*', kind: 'throttle', streamSessionId: one, count: 1 });
    await get(other);
    await getGroup();
    await bench.start();
    await expect(get(arn(one))).rejects.toMatchObject({ name: 'ThrottlingException' });
    await get(one);
  });

  it('can also name one stream group', async () => {
    await plan({ operation: '*', kind: 'throttle', streamGroupId: 'sg-other' });
    await getGroup();
    await plan({ operation: '*', kind: 'throttle', streamGroupId: GROUP });
    await expect(getGroup()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
