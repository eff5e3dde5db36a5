import { describe, expect, test, vi } from 'vitest';
import { createPlayer, type FakeSdk, granted, REPORTED_WITHIN_MS, refused, session } from './fakes.ts';

const CONNECTIONS = '/v1/streamgroups/sg-1/streamsessions/ss-1/connections';

type TestPlayer = ReturnType<typeof createPlayer>;

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
    const player = createPlayer();
    await player.playing();
    const cutAt = player.clock.now();
    player.replies.push(granted('c-2', { streamSession: { ...session, location: 'eu-west-1' } }));
    blackhole(player.sdk());
    await player.clock.advance(2400);

    expect(player.stream.state).toMatchObject({
      name: 'connected',
      connectionId: 'c-2',
      session: { location: 'eu-west-1' },
    });
    expect(player.names()).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    expect(player.calls[1]).toMatchObject({ path: CONNECTIONS, key: 'key-2' });
    const { silentMs, ...body } = player.calls[1]?.body ?? {};
    expect(body).toEqual({ signalRequest: 'offer 2', previousConnectionId: 'c-1' });
    expect(silentMs).toBe((player.calls[1]?.at ?? 0) - cutAt);
    expect(player.sdks[0]?.closed).toBe(true);
    expect(player.sdks[1]).toMatchObject({ answered: 'answer for c-2', inputs: 1, closed: false });

    const [lost] = player.eventsOf('lost');
    expect(lost?.why).toBe('silence');
    expect((lost?.at ?? 0) - cutAt).toBeGreaterThanOrEqual(1800);
    expect((lost?.at ?? 0) - cutAt).toBeLessThanOrEqual(2000);
    expect(player.events.slice(-5).map(({ name }) => name)).toEqual([
      'suspected',
      'lost',
      'asked',
      'answered',
      'first_frame',
    ]);
  });

  test('show the page when, why, and how much time is left', async () => {
    const player = createPlayer();
    await player.playing();
    blackhole(player.sdk());
    await player.clock.advance(2000);
    const [lost] = player.eventsOf('lost');
    const lostAt = (lost?.at ?? 0) - (lost?.silentMs ?? 0);
    expect(player.states.find(({ name }) => name === 'reconnecting')).toEqual({
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
    const player = createPlayer();
    await player.playing();
    const before = player.tokens.rejected.length;
    blackhole(player.sdk());
    await player.clock.advance(1000);
    expect(player.tokens.rejected).toHaveLength(before + 1);
    expect(player.stream.state.name).toBe('connected');
  });

  test('that are only suspected show the player no error when the token fails', async () => {
    let fails = false;
    const player = createPlayer({
      async getAccessToken() {
        if (fails) throw new TypeError('Failed to fetch');
        return 'token';
      },
    });
    await player.playing();
    fails = true;
    blackhole(player.sdk());
    await player.clock.advance(1500);
    fails = false;
    player.sdk().lives = true;
    await player.clock.advance(1000);
    expect(player.eventsOf('suspected')).toHaveLength(1);
    expect(player.names()).toEqual(['connecting', 'connected']);
  });

  test('for a moment, again and again, cause a suspicion each time', async () => {
    const player = createPlayer();
    await player.playing();
    for (let turn = 0; turn < 3; turn += 1) {
      blackhole(player.sdk());
      await player.clock.advance(1500);
      player.sdk().lives = true;
      await player.clock.advance(500);
    }
    expect(player.eventsOf('suspected')).toHaveLength(3);
  });

  test('again and again do not keep the player from coming back each time', async () => {
    const player = createPlayer();
    await player.playing();
    for (const turn of [2, 3, 4]) {
      player.replies.push(granted(`c-${turn}`));
      blackhole(player.sdk());
      await player.clock.advance(3000);
      expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: `c-${turn}` });
      expect(player.calls.at(-1)?.body).toMatchObject({ previousConnectionId: `c-${turn - 1}` });
    }
    expect(player.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
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
    const player = createPlayer();
    await player.playing();
    const at = player.clock.now();
    happen(player.sdk());
    await player.clock.advance(0);
    expect(player.eventsOf('lost')).toMatchObject([{ why, at, silentMs: 0 }]);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', why });
  });
});

describe('a loss is noticed sooner than by silence alone', () => {
  test.each<[string, (player: TestPlayer) => void, string]>([
    [
      'what the browser calls disconnected',
      (player) => player.sdk().connection.connectionState('disconnected'),
      'disconnected',
    ],
    ['a browser that is offline', (player) => player.goOffline(), 'offline'],
  ])('%s', async (_what, happen, why) => {
    const player = createPlayer();
    await player.playing();
    happen(player);
    blackhole(player.sdk());
    await player.clock.advance(900);
    expect(player.stream.state.name).toBe('connected');
    await player.clock.advance(300);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', why });
  });
});

describe('a connection is never closed that', () => {
  test.each<[string, (player: TestPlayer) => void | Promise<void>]>([
    [
      'a stream that freezes for 1.8 s each few seconds',
      async (player) => {
        for (let freeze = 0; freeze < 20; freeze += 1) {
          blackhole(player.sdk());
          await player.clock.advance(1800);
          player.sdk().lives = true;
          await player.clock.advance(2000);
        }
      },
    ],
    [
      'one that the browser calls disconnected while packets come',
      (player) => player.sdk().connection.connectionState('disconnected'),
    ],
    ['one in a browser that says it is offline while packets come', (player) => player.goOffline()],
    [
      'one whose picture stands still for five seconds while other packets come',
      async (player) => {
        player.sdk().flows = false;
        await player.clock.advance(5000);
        player.sdk().flows = true;
      },
    ],
    [
      'one whose decoder waits for a key frame for some seconds while video comes',
      async (player) => {
        player.sdk().decodes = false;
        await player.clock.advance(5000);
        player.sdk().decodes = true;
      },
    ],
    [
      'one whose statistics fail for a while',
      async (player) => {
        const { getVideoRTCStats } = player.sdk();
        player.sdk().getVideoRTCStats = () => Promise.reject(new Error('not now'));
        await player.clock.advance(10_000);
        player.sdk().getVideoRTCStats = getVideoRTCStats;
      },
    ],
  ])('is %s', async (_what, happen) => {
    const player = createPlayer();
    await player.playing();
    await happen(player);
    await player.clock.advance(20_000);
    expect(player.names()).toEqual(['connecting', 'connected']);
    expect(player.sdks).toHaveLength(1);
    expect(player.calls).toHaveLength(1);
  });
});

describe('a picture that stands still although the network works', () => {
  test('is a loss after six seconds, the next time after twelve', async () => {
    const player = createPlayer();
    await player.playing();
    // A loss of another kind does not change that.
    player.replies.push(granted('c-2'));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(1000);
    for (const [before, connectionId, after] of [
      ['c-2', 'c-3', 6000],
      ['c-3', 'c-4', 12_000],
      ['c-4', 'c-5', 24_000],
    ] as const) {
      player.replies.push(granted(connectionId));
      player.sdk().flows = false;
      await player.clock.advance(after - 200);
      expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: before });
      // Packets come, so the picture gets another second.
      await player.clock.advance(1500);
      expect(player.stream.state).toMatchObject({ name: 'connected', connectionId });
    }
    expect(player.eventsOf('lost').map(({ why }) => why)).toEqual([
      'channel_error',
      'stalled',
      'stalled',
      'stalled',
    ]);
  });
});

describe('a tab that slept', () => {
  test('over a stream that plays is left alone, since late timers prove nothing', async () => {
    const player = createPlayer();
    await player.playing();
    await player.clock.sleep(600_000);
    await player.clock.advance(5000);
    expect(player.names()).toEqual(['connecting', 'connected']);
  });

  test('for a moment needs the whole silence before a loss', async () => {
    const player = createPlayer();
    await player.playing();
    blackhole(player.sdk());
    await player.clock.sleep(20_000);
    await player.clock.advance(1300);
    expect(player.stream.state.name).toBe('connected');
    await player.clock.advance(400);
    expect(player.stream.state.name).toBe('reconnecting');
  });

  test('for longer than the other side sends without consent is back sooner', async () => {
    const player = createPlayer();
    await player.playing();
    blackhole(player.sdk());
    await player.clock.sleep(600_000);
    await player.clock.advance(500);
    expect(player.stream.state.name).toBe('connected');
    await player.clock.advance(300);
    expect(player.stream.state.name).toBe('reconnecting');
  });

  test('through the whole time to try has ended when it wakes', async () => {
    const player = createPlayer();
    await player.playing();
    player.sdk().connection.channelError(new Event('error'));
    player.replies.push(refused(503, 'paced', 'same', { retryAfterMs: 60_000, queuePosition: 900 }));
    await player.clock.advance(1000);
    await player.clock.sleep(3_600_000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'expired', code: 'paced' });
  });
});

describe('a long game with many losses', () => {
  test('leaves no growing number of listeners or timers behind', async () => {
    const player = createPlayer();
    await player.playing();
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
    await player.clock.advance(60_000);
    for (let turn = 0; turn < 20; turn += 1) {
      player.replies.push(granted(`c-${turn}`));
      player.sdk().connection.channelError(new Event('error'));
      await player.clock.advance(1000);
    }
    add.mockRestore();
    remove.mockRestore();
    expect(player.sdks).toHaveLength(21);
    expect(Math.max(...listeners.values())).toBeLessThan(5);
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.clock.pending()).toBe(1);
  });
});

describe('a server disconnect is final', () => {
  test.each(['idle', 'terminated'])('%s', async (reason) => {
    const player = createPlayer();
    await player.playing();
    player.sdk().connection.serverDisconnect(reason);
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(60_000);
    expect(player.stream.state).toEqual({ name: 'ended', session, reason });
    expect(player.sdk().closed).toBe(true);
    expect(player.calls).toHaveLength(1);
  });

  test('also before the first frame', async () => {
    const player = createPlayer({
      made(sdk) {
        sdk.decodes = false;
      },
    });
    player.replies.push(granted('c-1'));
    const started = player.stream.start();
    await player.clock.advance(100);
    player.sdk().connection.serverDisconnect('terminated');
    expect(await started).toMatchObject({ name: 'ended', reason: 'terminated' });
  });

  test('but not one of a connection that was closed long ago', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(granted('c-2'));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(1000);
    const [old] = player.sdks;
    old?.connection.serverDisconnect('terminated');
    old?.connection.connectionState('failed');
    old?.connection.channelError(new Event('error'));
    await player.clock.advance(1000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });
});
