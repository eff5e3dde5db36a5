import { describe, expect, test } from 'vitest';
import { createPlayer, granted, refused } from './fakes.ts';
import { blackout, type Choices, type Network, World } from './world.ts';

const LIKELY: Choices = {
  afterAnswer: 'cut',
  afterLoss: 'dead',
  whileConnected: 'refuse',
  noticeMs: 5000,
  replacedHears: 'close',
};

/** Runs a world to its end. */
async function lived(
  ms: number,
  choices: Partial<Choices>,
  network: Network,
  meanwhile?: (world: World) => void,
) {
  const world = await World.playing({ ...LIKELY, ...choices }, network);
  meanwhile?.(world);
  await world.clock.advance(ms);
  const { state } = world.stream;
  const eventNames = world.events.map(({ name }) => name);
  world.over();
  world.stream.close();
  return { world, state, eventNames };
}

const FINE = () => false;

describe('a network that', () => {
  test('goes from Wi-Fi to cellular heals where the socket follows the route', async () => {
    const { world, state } = await lived(6000, {}, blackout(3500, 'fails'));
    expect(state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    expect(world.darkMs).toBeLessThanOrEqual(3700);
    expect(world.peers).toHaveLength(1);
  });

  test('goes from Wi-Fi to cellular with a dead old route gets a new connection when AWS notices', async () => {
    const network: Network = { dark: FINE, api: 'reachable', firstRoute: () => 'dead' };
    const { world, state, eventNames } = await lived(8000, {}, network);
    expect(state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(eventNames).not.toContain('healed');
    expect(world.darkMs).toBeLessThanOrEqual(LIKELY.noticeMs + 1500);
  });

  test('is lost for good costs AWS a connection in 5 s and a status in 1 s at most, until it notices', async () => {
    const network: Network = { dark: FINE, api: 'reachable', firstRoute: () => 'dead' };
    const { world, state } = await lived(20_000, { noticeMs: 15_000, afterAnswer: 'never' }, network);
    expect(state.name).toBe('connected');
    // The very first request is the start's.
    const asked = world.calls.slice(1);
    const gaps = (method: string) =>
      asked
        .filter((call) => call.method === method)
        .map(({ at }, index, all) => at - (all[index - 1]?.at ?? Number.NEGATIVE_INFINITY));
    // The last connection is requested because AWS is ready.
    expect(Math.min(...gaps('POST').slice(0, -1))).toBeGreaterThanOrEqual(5000);
    expect(Math.min(...gaps('GET'))).toBeGreaterThanOrEqual(1000);
    expect(world.sdks).toHaveLength(2);
    expect(world.darkMs).toBeLessThanOrEqual(15_000 + 1500);
  });

  test('rebinds its NAT, so that nothing comes in, closes the old connection, and the player is back within 14 s', async () => {
    const network: Network = { dark: FINE, api: 'reachable', firstRoute: () => 'deaf' };
    const { world, state } = await lived(20_000, { noticeMs: 30_000 }, network);
    expect(state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(world.darkMs).toBeLessThanOrEqual(14_000);
    expect(world.darkMs).toBeGreaterThan(11_000);
  });

  test('comes back after AWS has noticed, to a peer that only answers ICE, gets a new connection', async () => {
    const { state, eventNames } = await lived(20_000, { afterLoss: 'stunOnly' }, blackout(7000, 'fails'));
    expect(state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(eventNames).not.toContain('healed');
  });

  test('is gone for a second costs no request and no SDK object', async () => {
    const { world, state } = await lived(10_000, {}, blackout(1000, 'hangs'));
    expect(state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    expect(world.calls).toHaveLength(1);
    expect(world.sdks).toHaveLength(1);
  });
});

describe('a machine that sleeps for more than 30 s', () => {
  test('doubts its connection when it wakes, and is soon on a new one', async () => {
    const world = await World.playing(
      { ...LIKELY, noticeMs: 15_000 },
      {
        dark: FINE,
        api: 'reachable',
        // The other side stopped sending, since the client had not confirmed its consent.
        firstRoute: () => 'dead',
      },
    );
    await world.clock.sleep(60_000);
    await world.clock.advance(5000);
    expect(world.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(world.events.find(({ name }) => name === 'lost')).toMatchObject({ why: 'silence' });
    expect(world.sdks.map(({ closed }) => closed)).toEqual([true, false]);
    world.over();
    world.stream.close();
  });
});

describe('another device that insists', () => {
  test.each(['close', 'nothing'] as const)(
    'while the old connection plays: that plays until AWS ends it (it hears: %s), then the stream is taken over',
    async (replacedHears) => {
      const { state, world } = await lived(
        20_000,
        { replacedHears },
        { dark: FINE, api: 'reachable' },
        (each) => each.insist(),
      );
      expect(state).toMatchObject({ name: 'ended', reason: 'taken_over', by: 'device' });
      expect(world.peers).toHaveLength(2);
    },
  );

  test('leaves the old connection playing where AWS does', async () => {
    const { state } = await lived(
      20_000,
      { afterAnswer: 'never' },
      { dark: FINE, api: 'reachable' },
      (each) => each.insist(),
    );
    expect(state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });
});

describe('a connection that was granted and never applied', () => {
  test('is named at the next loss, so that the reconnect is accepted', async () => {
    // The first blackout ends while a request is in flight. AWS accepts it, and the old connection plays on.
    const network: Network = {
      dark: (at) => (at > 0 && at <= 3500) || (at > 30_000 && at <= 42_000),
      api: 'hangs',
    };
    const choices: Partial<Choices> = { afterAnswer: 'untilNewConnects', whileConnected: 'accept' };
    const { world, state, eventNames } = await lived(70_000, choices, network);
    expect(eventNames.filter((name) => name === 'healed')).toHaveLength(1);
    const reconnects = world.calls.filter(({ body }) => body.previousConnectionId !== undefined);
    expect(reconnects.map(({ body }) => body.previousConnectionId)).toEqual(['c-1', 'c-2']);
    expect(state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
  });
});

describe('a request of this device that the broker is still executing', () => {
  test('is repeated with the same offer until it is answered', async () => {
    const player = createPlayer();
    await player.playing();
    const inProgress = refused(409, 'connection_in_progress', 'same', { retryAfterMs: 500 });
    player.replies.push('unreachable', inProgress, inProgress, granted('c-2'));
    if (player.sdks[0]) player.sdks[0].lives = false;
    await player.clock.advance(6000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(player.sdks).toHaveLength(2);
    expect(new Set(player.calls.slice(1).map(({ text, key }) => `${key} ${text}`)).size).toBe(1);
  });
});

describe('a blackout of the media alone, with a reachable API', () => {
  test.each([2, 5, 15, 30].flatMap((notice) => [2.5, 4, 8, 11].map((seconds) => [seconds, notice] as const)))(
    'of %d s, where AWS notices after %d s: never stuck, and never more than a second worse than doing nothing',
    async (seconds, notice) => {
      const noticeMs = notice * 1000;
      for (const whileConnected of ['refuse', 'accept'] as const) {
        for (const afterAnswer of ['cut', 'untilNewConnects', 'never'] as const) {
          const choices = { noticeMs, whileConnected, afterAnswer };
          const { world, state } = await lived(60_000, choices, blackout(seconds * 1000, 'reachable'));
          expect(state.name, JSON.stringify(choices)).toBe('connected');
          if (noticeMs > seconds * 1000)
            expect(world.darkMs, JSON.stringify(choices)).toBeLessThanOrEqual(seconds * 1000 + 1100);
        }
      }
    },
  );
});

describe('a new client', () => {
  test('comes back with an old API as with a new one', async () => {
    const { world, state } = await lived(20_000, {}, blackout(8000, 'hangs'), (each) => {
      each.isOldApi = true;
    });
    expect(state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(world.calls.filter(({ body }) => 'silentMs' in body)).toHaveLength(1);
  });
});
