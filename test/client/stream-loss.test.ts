import { describe, expect, test, vi } from 'vitest';
import { createTable, type FakeSdk, granted, refused, session } from './fakes.ts';

const CONNECTIONS = '/v1/streamgroups/sg-1/streamsessions/ss-1/connections';

type Table = ReturnType<typeof createTable>;

const originals = {
  add: EventTarget.prototype.addEventListener,
  remove: EventTarget.prototype.removeEventListener,
};

/** Packets vanish, as in a tunnel. */
function blackhole(sdk: FakeSdk): void {
  sdk.lives = false;
}

describe('packets that vanish', () => {
  test('are noticed within two seconds, and the player is back on a connection of its own', async () => {
    const table = createTable();
    await table.playing();
    const cutAt = table.clock.now();
    table.replies.push(granted('c-2', { streamSession: { ...session, location: 'eu-west-1' } }));
    blackhole(table.sdk());
    await table.clock.advance(2400);

    expect(table.stream.state).toMatchObject({
      name: 'connected',
      connectionId: 'c-2',
      session: { location: 'eu-west-1' },
    });
    expect(table.names()).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    expect(table.calls[1]).toMatchObject({ path: CONNECTIONS, key: 'key-2' });
    const { silentMs, ...body } = table.calls[1]?.body ?? {};
    expect(body).toEqual({ signalRequest: 'offer 2', previousConnectionId: 'c-1' });
    expect(silentMs).toBe((table.calls[1]?.at ?? 0) - cutAt);
    expect(table.sdks[0]?.closed).toBe(true);
    expect(table.sdks[1]).toMatchObject({ answered: 'answer for c-2', inputs: 1, closed: false });

    const [lost] = table.told('lost');
    expect(lost?.why).toBe('silence');
    expect((lost?.at ?? 0) - cutAt).toBeGreaterThanOrEqual(1800);
    expect((lost?.at ?? 0) - cutAt).toBeLessThanOrEqual(2000);
    expect(table.events.slice(-5).map(({ name }) => name)).toEqual([
      'suspected',
      'lost',
      'asked',
      'answered',
      'first_frame',
    ]);
  });

  test('show the page when, why, and how much time is left', async () => {
    const table = createTable();
    await table.playing();
    blackhole(table.sdk());
    await table.clock.advance(2000);
    const [lost] = table.told('lost');
    const lostAt = (lost?.at ?? 0) - (lost?.silentMs ?? 0);
    expect(table.states.find(({ name }) => name === 'reconnecting')).toEqual({
      name: 'reconnecting',
      session,
      lostAt,
      why: 'silence',
      healing: true,
      attempt: 0,
      givesUpAt: lostAt + 150_000,
    });
  });

  test('renew the token while the loss is only suspected', async () => {
    const table = createTable();
    await table.playing();
    const before = table.tokens.rejected.length;
    blackhole(table.sdk());
    await table.clock.advance(1000);
    expect(table.tokens.rejected).toHaveLength(before + 1);
    expect(table.stream.state.name).toBe('connected');
  });

  test('that are only suspected show the player no error when the token fails', async () => {
    let fails = false;
    const table = createTable({
      async getAccessToken() {
        if (fails) throw new TypeError('Failed to fetch');
        return 'token';
      },
    });
    await table.playing();
    fails = true;
    blackhole(table.sdk());
    await table.clock.advance(1500);
    fails = false;
    table.sdk().lives = true;
    await table.clock.advance(1000);
    expect(table.told('suspected')).toHaveLength(1);
    expect(table.names()).toEqual(['connecting', 'connected']);
  });

  test('for a moment, again and again, cause a suspicion each time', async () => {
    const table = createTable();
    await table.playing();
    for (let turn = 0; turn < 3; turn += 1) {
      blackhole(table.sdk());
      await table.clock.advance(1500);
      table.sdk().lives = true;
      await table.clock.advance(500);
    }
    expect(table.told('suspected')).toHaveLength(3);
  });

  test('again and again do not keep the player from coming back each time', async () => {
    const table = createTable();
    await table.playing();
    for (const turn of [2, 3, 4]) {
      table.replies.push(granted(`c-${turn}`));
      blackhole(table.sdk());
      await table.clock.advance(3000);
      expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: `c-${turn}` });
      expect(table.calls.at(-1)?.body).toMatchObject({ previousConnectionId: `c-${turn - 1}` });
    }
    expect(table.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
  });
});

describe('at once a loss', () => {
  test.each<[string, (sdk: FakeSdk) => void, string]>([
    [
      'a clean close: a data channel breaks',
      (sdk) => sdk.connection.channelError(new Event('error')),
      'channel_error',
    ],
    ['a connection that the browser gave up', (sdk) => sdk.connection.connectionState('failed'), 'failed'],
    ['a connection that is closed', (sdk) => sdk.connection.connectionState('closed'), 'failed'],
    [
      'a goodbye for a reason that nobody knows here',
      (sdk) => sdk.connection.serverDisconnect('maintenance'),
      'server_disconnect',
    ],
  ])('is %s', async (_what, happen, why) => {
    const table = createTable();
    await table.playing();
    const at = table.clock.now();
    happen(table.sdk());
    await table.clock.advance(0);
    expect(table.told('lost')).toMatchObject([{ why, at, silentMs: 0 }]);
    expect(table.stream.state).toMatchObject({ name: 'reconnecting', why });
  });
});

describe('a loss is noticed sooner than by silence alone', () => {
  test.each<[string, (table: Table) => void, string]>([
    [
      'what the browser calls disconnected',
      (table) => table.sdk().connection.connectionState('disconnected'),
      'disconnected',
    ],
    ['a browser that is offline', (table) => table.goOffline(), 'offline'],
  ])('%s', async (_what, happen, why) => {
    const table = createTable();
    await table.playing();
    happen(table);
    blackhole(table.sdk());
    await table.clock.advance(900);
    expect(table.stream.state.name).toBe('connected');
    await table.clock.advance(300);
    expect(table.stream.state).toMatchObject({ name: 'reconnecting', why });
  });
});

describe('a connection is never closed that', () => {
  test.each<[string, (table: Table) => void | Promise<void>]>([
    [
      'a stream that freezes for 1.8 s each few seconds',
      async (table) => {
        for (let freeze = 0; freeze < 20; freeze += 1) {
          blackhole(table.sdk());
          await table.clock.advance(1800);
          table.sdk().lives = true;
          await table.clock.advance(2000);
        }
      },
    ],
    [
      'one that the browser calls disconnected while packets come',
      (table) => table.sdk().connection.connectionState('disconnected'),
    ],
    ['one in a browser that says it is offline while packets come', (table) => table.goOffline()],
    [
      'one whose picture stands still for five seconds while other packets come',
      async (table) => {
        table.sdk().flows = false;
        await table.clock.advance(5000);
        table.sdk().flows = true;
      },
    ],
    [
      'one whose decoder waits for a key frame while video comes',
      (table) => {
        table.sdk().decodes = false;
      },
    ],
    [
      'one whose statistics fail for a while',
      async (table) => {
        const { getVideoRTCStats } = table.sdk();
        table.sdk().getVideoRTCStats = () => Promise.reject(new Error('not now'));
        await table.clock.advance(10_000);
        table.sdk().getVideoRTCStats = getVideoRTCStats;
      },
    ],
  ])('is %s', async (_what, happen) => {
    const table = createTable();
    await table.playing();
    await happen(table);
    await table.clock.advance(20_000);
    expect(table.names()).toEqual(['connecting', 'connected']);
    expect(table.sdks).toHaveLength(1);
    expect(table.calls).toHaveLength(1);
  });
});

describe('a picture that stands still although the network works', () => {
  test('is a loss after six seconds, the next time after twelve', async () => {
    const table = createTable();
    await table.playing();
    // A loss of another kind does not change that.
    table.replies.push(granted('c-2'));
    table.sdk().connection.channelError(new Event('error'));
    await table.clock.advance(1000);
    for (const [before, connectionId, after] of [
      ['c-2', 'c-3', 6000],
      ['c-3', 'c-4', 12_000],
      ['c-4', 'c-5', 24_000],
    ] as const) {
      table.replies.push(granted(connectionId));
      table.sdk().flows = false;
      await table.clock.advance(after - 200);
      expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: before });
      // Packets come, so the picture gets another second.
      await table.clock.advance(1500);
      expect(table.stream.state).toMatchObject({ name: 'connected', connectionId });
    }
    expect(table.told('lost').map(({ why }) => why)).toEqual([
      'channel_error',
      'stalled',
      'stalled',
      'stalled',
    ]);
  });
});

describe('a tab that slept', () => {
  test('over a stream that plays is left alone, since late timers prove nothing', async () => {
    const table = createTable();
    await table.playing();
    await table.clock.sleep(600_000);
    await table.clock.advance(5000);
    expect(table.names()).toEqual(['connecting', 'connected']);
  });

  test('for a moment needs the whole silence before a loss', async () => {
    const table = createTable();
    await table.playing();
    blackhole(table.sdk());
    await table.clock.sleep(20_000);
    await table.clock.advance(1300);
    expect(table.stream.state.name).toBe('connected');
    await table.clock.advance(400);
    expect(table.stream.state.name).toBe('reconnecting');
  });

  test('for longer than the other side sends without consent is back sooner', async () => {
    const table = createTable();
    await table.playing();
    blackhole(table.sdk());
    await table.clock.sleep(600_000);
    await table.clock.advance(500);
    expect(table.stream.state.name).toBe('connected');
    await table.clock.advance(300);
    expect(table.stream.state.name).toBe('reconnecting');
  });

  test('through the whole time to try has ended when it wakes', async () => {
    const table = createTable();
    await table.playing();
    table.sdk().connection.channelError(new Event('error'));
    table.replies.push(refused(503, 'paced', 'same', { retryAfterMs: 60_000, queuePosition: 900 }));
    await table.clock.advance(1000);
    await table.clock.sleep(3_600_000);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'expired', code: 'paced' });
  });
});

describe('a long game with many losses', () => {
  test('leaves no growing number of listeners or timers behind', async () => {
    const table = createTable();
    await table.playing();
    // Only objects that live as long as the stream must not gather listeners. Those of a request end with it.
    const listeners = new Map<EventTarget, number>();
    const count = (target: EventTarget, change: number) =>
      listeners.set(target, (listeners.get(target) ?? 0) + change);
    const add = vi.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(function (
      this: EventTarget,
      ...given
    ) {
      count(this, 1);
      return Reflect.apply(originals.add, this, given);
    });
    const remove = vi.spyOn(EventTarget.prototype, 'removeEventListener').mockImplementation(function (
      this: EventTarget,
      ...given
    ) {
      count(this, -1);
      return Reflect.apply(originals.remove, this, given);
    });
    await table.clock.advance(60_000);
    for (let turn = 0; turn < 20; turn += 1) {
      table.replies.push(granted(`c-${turn}`));
      table.sdk().connection.channelError(new Event('error'));
      await table.clock.advance(1000);
    }
    add.mockRestore();
    remove.mockRestore();
    expect(table.sdks).toHaveLength(21);
    expect(Math.max(...listeners.values())).toBeLessThan(5);
    expect(table.clock.pending()).toBe(1);
  });
});

describe('a server disconnect is final', () => {
  test.each(['idle', 'terminated'])('%s', async (reason) => {
    const table = createTable();
    await table.playing();
    table.sdk().connection.serverDisconnect(reason);
    table.sdk().connection.channelError(new Event('error'));
    await table.clock.advance(60_000);
    expect(table.stream.state).toEqual({ name: 'ended', session, reason });
    expect(table.sdk().closed).toBe(true);
    expect(table.calls).toHaveLength(1);
  });

  test('also before the first frame', async () => {
    const table = createTable({
      made(sdk) {
        sdk.decodes = false;
      },
    });
    table.replies.push(granted('c-1'));
    const started = table.stream.start();
    await table.clock.advance(100);
    table.sdk().connection.serverDisconnect('terminated');
    expect(await started).toMatchObject({ name: 'ended', reason: 'terminated' });
  });

  test('but not one of a connection that was closed long ago', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(granted('c-2'));
    table.sdk().connection.channelError(new Event('error'));
    await table.clock.advance(1000);
    const [old] = table.sdks;
    old?.connection.serverDisconnect('terminated');
    old?.connection.connectionState('failed');
    old?.connection.channelError(new Event('error'));
    await table.clock.advance(1000);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });
});
