import { afterEach, describe, expect, test, vi } from 'vitest';
import { environmentOf } from '../../client/src/environment.ts';
import { createPlayer, granted, REPORTED_WITHIN_MS, type Reply, refused } from './fakes.ts';
import { CONNECTED, old, STILL_CONNECTED } from './still-connected.ts';
import { createVirtualClock } from './virtual-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

type TestPlayer = ReturnType<typeof createPlayer>;

/** A player whose stream has been silent since a moment ago, with what the API will say; the loss is noticed. */
async function silent(player: TestPlayer, ...replies: (Reply | (() => Reply))[]): Promise<TestPlayer> {
  await player.playing();
  player.replies.push(...replies);
  old(player).lives = false;
  await player.clock.advance(1940);
  expect(player.stream.state.name).toBe('reconnecting');
  return player;
}

describe('a stream that healed just after an answer came', () => {
  test.each([7900, 8100, 8500, 8850, 9500])(
    'and dies %i ms after that answer is replaced, not left waiting',
    async (ms) => {
      const player = await silent(createPlayer(), { ...(granted('c-2') as object), afterMs: 2000 } as Reply);
      // Packets come without a frame, so the answer waits. Then the picture is back.
      await player.clock.advance(1900);
      old(player).lives = true;
      old(player).decodes = false;
      await player.clock.advance(900);
      old(player).decodes = true;
      await player.clock.advance(200);
      expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
      const answeredAt = player.eventsOf('answered').at(-1)?.at ?? 0;
      player.replies.push(granted('c-3'));
      await player.clock.advance(answeredAt + ms - player.clock.now());
      old(player).connection.channelError(new Event('error'));
      await player.clock.advance(1000);
      expect(player.stream.state).toMatchObject({ name: 'connected' });
      expect(player.sdks.filter(({ closed }) => !closed)).toEqual([player.sdk()]);
    },
  );
});

describe('an answer', () => {
  test('whose connection fails after the browser began to apply it closes the old connection, which can show no picture any more', async () => {
    const player = createPlayer({
      made(sdk) {
        if (sdk.name !== 'offer 2') return;
        sdk.processSignalResponse = () => {
          sdk.connection.connectionState('connecting');
          sdk.connection.connectionState('failed');
          return new Promise(() => {});
        };
      },
    });
    await silent(player, granted('c-2'), 'hangs');
    await player.clock.advance(500);
    old(player).lives = true;
    await player.clock.advance(2000);
    expect(player.eventsOf('healed')).toEqual([]);
    expect(old(player).closed).toBe(true);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', healing: false });
  });

  test('for a connection that has died meanwhile is not applied, and the old connection stays', async () => {
    const player = await silent(
      createPlayer(),
      { ...(granted('c-2') as object), afterMs: 2000 } as Reply,
      'hangs',
    );
    await player.clock.advance(1000);
    player.sdk().connection.connectionState('failed');
    await player.clock.advance(2000);
    expect(player.sdks[1]?.answered).toBeUndefined();
    old(player).lives = true;
    await player.clock.advance(200);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });
});

describe('a browser that reports again and again that it is back online', () => {
  test('requests a connection at most every five seconds while AWS sees the old one', async () => {
    const player = createPlayer();
    const reply = (): Reply => (player.calls.at(-1)?.method === 'POST' ? CONNECTED : STILL_CONNECTED);
    await silent(player, ...Array<() => Reply>(300).fill(reply));
    for (let turn = 0; turn < 30; turn += 1) {
      await player.clock.advance(290);
      await player.goOnline();
    }
    const posts = player.calls.filter(({ method }) => method === 'POST').slice(1);
    const apart = posts.slice(1).map(({ at }, index) => at - (posts[index]?.at ?? 0));
    expect(apart.length).toBeGreaterThan(0);
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(5000);
  });
});

describe('an SDK', () => {
  test('whose offer never comes after a loss is asked for another offer', async () => {
    const player = createPlayer({
      made(sdk) {
        if (sdk.name === 'offer 2') sdk.generateSignalRequest = () => new Promise(() => {});
      },
    });
    await silent(player, granted('c-2'));
    await player.clock.advance(35_000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(player.sdks.map(({ closed }) => closed)).toEqual([true, true, false]);
  });
});

describe('loss after loss', () => {
  test('leaves no timer, listener or object behind, even where every early token request hangs', async () => {
    let hanging = 0;
    let isPrefetch = false;
    const player = createPlayer({
      onEvent: ({ name }) => {
        isPrefetch = name === 'suspected';
      },
      getAccessToken: ({ signal }) => {
        if (!isPrefetch) return 'token';
        isPrefetch = false;
        hanging += 1;
        signal.addEventListener('abort', () => {
          hanging -= 1;
        });
        return new Promise(() => {});
      },
    });
    await player.playing();
    for (let turn = 0; turn < 50; turn += 1) {
      player.replies.push(granted(`c-${turn + 2}`));
      player.sdk().lives = false;
      await player.clock.advance(1500);
      player.sdk().connection.channelError(new Event('error'));
      await player.clock.advance(500);
      expect(player.stream.state).toMatchObject({ connectionId: `c-${turn + 2}` });
    }
    await player.clock.advance(30_000);
    expect(isPrefetch).toBe(false);
    expect(hanging).toBe(0);
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.clock.pending()).toBe(1);
    expect(player.listeners.size).toBe(0);
    expect(player.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
  });
});

describe('a machine whose clock is set while an answer waits', () => {
  test.each([
    ['back', -3_600_000],
    ['ahead', 3_600_000],
  ])('%s by an hour applies it all the same, and gives nothing up', async (_which, jump) => {
    const clock = createVirtualClock();
    let set = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => clock.now() + set);
    vi.spyOn(performance, 'now').mockImplementation(() => clock.now() - performance.timeOrigin);
    const player = createPlayer({ clock, environment: { now: environmentOf().now } });
    await silent(player, { ...(granted('c-2') as object), afterMs: 2000 } as Reply);
    await clock.advance(2100);
    expect(player.eventsOf('answered')).toHaveLength(2);
    set = jump;
    await clock.advance(500);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    player.replies.push(refused(503, 'upstream_unavailable', 'same'), granted('c-3'));
    player.sdk().connection.channelError(new Event('error'));
    await clock.advance(3000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
  });
});

describe('a server disconnect of a connection that healed', () => {
  test('after another connection was granted may be a late replacement, so the client asks the API whether the session lives', async () => {
    const player = await silent(createPlayer(), { ...(granted('c-2') as object), afterMs: 2000 } as Reply);
    old(player).lives = true;
    await player.clock.advance(12_000);
    expect(player.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    player.replies.push(granted('c-3'));
    old(player).connection.serverDisconnect('terminated');
    await player.clock.advance(1000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
  });

  test.each(['idle', 'terminated'])(
    '%s ends the stream where no other connection was granted',
    async (reason) => {
      const player = await silent(createPlayer(), CONNECTED, STILL_CONNECTED);
      old(player).lives = true;
      await player.clock.advance(12_000);
      old(player).connection.serverDisconnect(reason);
      expect(player.stream.state).toMatchObject({ name: 'ended', reason });
    },
  );
});
