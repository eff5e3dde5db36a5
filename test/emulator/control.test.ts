import { GetStreamGroupCommand } from '@aws-sdk/client-gameliftstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, GROUP, openBench } from './support.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ clock: 'manual' });
});
afterEach(() => bench.close());

const look = () => bench.client.send(new GetStreamGroupCommand({ Identifier: GROUP }));

describe('time of the emulator', () => {
  it('passes over HTTP as in the process, and every caller sees the same', async () => {
    const { now } = (await bench.control('GET', 'time')).body as { now: string };
    expect(await bench.control('POST', 'time', { advanceSeconds: 90 })).toEqual({
      status: 200,
      body: { now: new Date(Date.parse(now) + 90_000).toISOString() },
    });
    await bench.emulator.advance(10);
    expect(bench.emulator.now()).toEqual(new Date(Date.parse(now) + 100_000));
  });

  it.each([{}, { advanceSeconds: -1 }, { advanceSeconds: '5' }, { advanceSeconds: 5, more: 1 }, []])(
    'that is asked for wrongly is refused with what to write: %j',
    async (body) => {
      const { status, body: answer } = await bench.control('POST', 'time', body);
      expect({ status, answer }).toEqual({
        status: 400,
        answer: { error: expect.stringContaining('{"advanceSeconds": a number of seconds') },
      });
    },
  );

  it('refills a quota', async () => {
    bench.emulator.changeSettings({ quotas: { GetStreamGroup: 1 } });
    await look();
    await expect(look()).rejects.toMatchObject({ name: 'ThrottlingException' });
    await bench.emulator.advance(1);
    await look();
  });

  it('ends a blackout after its seconds', async () => {
    const id = await bench.start();
    await bench.emulator.advance(1);
    bench.emulator.changeSettings({ lossNoticeSeconds: 30 });
    expect(bench.emulator.dropClient(id, { how: 'blackout', seconds: 10 }).outage).toMatchObject({
      how: 'blackout',
    });
    await bench.emulator.advance(10);
    expect(bench.emulator.streamSession(id)).toMatchObject({ outage: null, status: 'CONNECTED' });
  });
});

describe('a gate in the process', () => {
  it('holds one call until the test releases it, and no other', async () => {
    const gate = bench.emulator.hold({ operation: 'GetStreamGroup', at: 'answer' });
    const held = look();
    expect(await gate.held()).toMatchObject({ operation: 'GetStreamGroup', at: 'answer', status: 200 });
    await look();
    expect(gate.release()).toHaveLength(1);
    expect((await held).Id).toBe(GROUP);
  });

  it('that still waits rejects when the emulator is closed, so that a test suite ends', async () => {
    const waiting = bench.emulator.hold({ operation: 'GetStreamGroup' }).held();
    const rejected = expect(waiting).rejects.toThrow('The emulator was closed');
    await bench.emulator.close();
    await rejected;
  });
});

it('a test can’t change the settings by what it reads of them', () => {
  const settings = bench.emulator.settings();
  settings.quotas.GetStreamGroup = 1;
  expect(bench.emulator.settings().quotas.GetStreamGroup).toBe(100_000);
});

it('a wrong argument throws a sentence that says what to write', () => {
  expect(() => bench.emulator.addFault({ operation: 'GetStreamGroup', kind: 'boom' as 'throttle' })).toThrow(
    /"kind" of a fault/,
  );
  expect(() => bench.emulator.endStreamSession('none', 'idleTimeout')).toThrow(
    'There is no stream session none.',
  );
  expect(() => bench.emulator.changeStreamGroup(GROUP, { capacity: -1 })).toThrow(/"capacity"/);
});
