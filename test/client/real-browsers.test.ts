import { describe, expect, test } from 'vitest';
import { createApiClient } from '../../client/src/api-client.ts';
import { createConnectionMonitor } from '../../client/src/connection-monitor.ts';
import type { ConnectionAbout, VideoElementLike } from '../../client/src/index.ts';
import { createPlayer, FakeSdk, granted, listed, type Reply, refused, session } from './fakes.ts';
import { settle } from './virtual-clock.ts';

type TestPlayer = ReturnType<typeof createPlayer>;

const unauthorized: Reply = { status: 401, body: { message: 'Unauthorized' } };

/** A JWT as far as the client reads it. @param inMs when it expires, from the virtual clock's beginning */
function tokenFor(inMs: number, name = 'one'): string {
  const claims = { sub: `über-${name}`, exp: (1_800_000_000_000 + inMs) / 1000 };
  return `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
}

async function cut(player: TestPlayer): Promise<void> {
  player.sdk().connection.channelError(new Event('error'));
  await settle();
}

describe('a decoder that is frozen: packets of video come, and no frame is decoded', () => {
  const frozen = async (options: Parameters<typeof createPlayer>[0] = {}) => {
    const player = createPlayer(options);
    await player.playing();
    player.sdk().decodes = false;
    return player;
  };

  test('closes the connection after six seconds, so that AWS takes another one at once', async () => {
    const player = await frozen();
    player.replies.push(granted('c-2'));
    await player.clock.advance(5500);
    expect(player.names()).toEqual(['connecting', 'connected']);
    await player.clock.advance(1500);
    expect(player.eventsOf('lost')).toMatchObject([{ why: 'frozen' }]);
    expect(player.sdks.map(({ closed }) => closed)).toEqual([true, false]);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });

  test('waits twice as long the next time, and a minute at most', async () => {
    const player = createPlayer({ made: (sdk) => setTimeoutFrozen(sdk) });
    /** Each connection decodes its first frame and no other. */
    function setTimeoutFrozen(sdk: FakeSdk) {
      player?.clock.setTimeout(() => {
        sdk.decodes = false;
      }, 300);
    }
    player.replies.push(granted('c-1'), ...Array.from({ length: 7 }, (_, at) => granted(`c-${at + 2}`)));
    player.stream.start();
    await player.clock.advance(400_000);
    const at = player.eventsOf('lost').map((event) => event.at);
    const gaps = at.slice(1).map((each, index) => Math.round((each - (at[index] ?? 0)) / 1000));
    expect(gaps.slice(0, 5)).toEqual([12, 24, 48, 60, 60]);
  });

  test('loses nothing while nobody sees the page: a browser need not decode then', async () => {
    const player = await frozen({ environment: { visible: () => false } });
    await player.clock.advance(60_000);
    expect(player.names()).toEqual(['connecting', 'connected']);
  });

  test.each([
    ['frames are not counted', { all: 10, video: 10 }, 'well'],
    ['no packet of video comes: a still picture', { all: 10, video: 0, frames: 0 }, 'stalled'],
    ['packets of video come', { all: 10, video: 10, frames: 0 }, 'frozen'],
  ])('is told by the counters: where %s', (_what, each, verdict) => {
    const monitor = createConnectionMonitor(0);
    let last = '';
    for (let at = 1; at <= 70; at += 1) {
      const stats = Object.fromEntries(Object.entries(each).map(([name, by]) => [name, 5 + at * by]));
      last = monitor.sample(at * 100, at * 100, stats, false).condition;
    }
    expect(last).toBe(verdict);
  });
});

describe('a player who insists', () => {
  test('has a stream that plays made anew, which is what helps where the page is wrong', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(listed(session), granted('c-2'));
    const back = player.stream.resume({ insist: true });
    await player.clock.advance(100);
    expect(await back).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(player.sdks.map(({ closed }) => closed)).toEqual([true, false]);
    expect(player.calls.at(-1)?.body).not.toHaveProperty('previousConnectionId');
  });

  test('is not held up by an attempt that hangs', async () => {
    const player = createPlayer();
    await player.playing();
    player.sdk().lives = false;
    await player.clock.advance(3000);
    expect(player.stream.state.name).toBe('reconnecting');
    player.replies.push(listed(session), granted('c-2'));
    player.stream.resume({ insist: true });
    await player.clock.advance(500);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(player.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  test('and one who does not joins what is under way', async () => {
    const player = createPlayer();
    await player.playing();
    expect(await player.stream.resume()).toMatchObject({ connectionId: 'c-1' });
    expect(player.calls).toHaveLength(1);
  });
});

describe('a 401', () => {
  /** A player whose page hands out these tokens, the next one for each that was rejected. */
  function withTokens(...tokens: string[]) {
    let at = 0;
    const rejected: (string | undefined)[] = [];
    const player = createPlayer({
      getAccessToken(about) {
        if (about.rejected !== undefined) {
          rejected.push(about.rejected);
          at = Math.min(at + 1, tokens.length - 1);
        }
        return tokens[at];
      },
    });
    return { player, rejected };
  }

  test('of a good token passes: an issuer that API Gateway can’t reach for some seconds signs nobody out', async () => {
    const { player, rejected } = withTokens(tokenFor(600_000), tokenFor(600_000, 'two'));
    await player.playing();
    const until = player.clock.now() + 4000;
    const reply = (): Reply => (player.clock.now() < until ? unauthorized : granted('c-2'));
    player.replies.push(...Array(50).fill(reply));
    await cut(player);
    await player.clock.advance(15_000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    // One fresh token was enough to know: no player asks the issuer for one each time.
    expect(rejected).toHaveLength(1);
    const gaps = player.calls.slice(2).map(({ at }, index) => at - (player.calls[index + 1]?.at ?? 0));
    expect(gaps.length).toBeLessThan(10);
    expect(player.eventsOf('refused').every(({ code, status }) => code === 'gateway' && status === 401)).toBe(
      true,
    );
  });

  test('of an expired token asks for a fresh one, and only then goes on', async () => {
    const { player, rejected } = withTokens(tokenFor(-1000), tokenFor(600_000, 'two'));
    player.replies.push(unauthorized, granted('c-1'));
    player.stream.start();
    await player.clock.advance(200);
    expect(player.stream.state.name).toBe('connected');
    expect(rejected).toEqual([tokenFor(-1000)]);
    expect(player.eventsOf('asked')).toHaveLength(1);
  });

  test('of nothing but expired tokens ends in signed out, with the status', async () => {
    const { player } = withTokens(tokenFor(-1000), tokenFor(-500, 'two'));
    player.replies.push(unauthorized, unauthorized);
    player.stream.start();
    await player.clock.advance(200);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'signed_out', status: 401 });
  });

  test('of a token that expires while the issuer is out asks for a fresh one then', async () => {
    const { player, rejected } = withTokens(
      tokenFor(3000),
      tokenFor(600_000, 'two'),
      tokenFor(600_000, 'three'),
    );
    await player.playing();
    const until = player.clock.now() + 2000;
    const reply = (): Reply => (player.clock.now() < until ? unauthorized : granted('c-2'));
    player.replies.push(...Array(50).fill(reply));
    await cut(player);
    await player.clock.advance(15_000);
    expect(player.stream.state.name).toBe('connected');
    expect(rejected.length).toBeLessThanOrEqual(2);
  });

  test('that ends the budget is what the end tells of', async () => {
    const { player } = withTokens(tokenFor(9e8));
    await player.playing();
    player.replies.push(...Array(500).fill(unauthorized));
    await cut(player);
    await player.clock.advance(200_000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'expired', code: 'gateway' });
  });

  test('without CORS headers looks like no answer: after three of those a fresh token is asked for, once', async () => {
    const { player, rejected } = withTokens(tokenFor(600_000), tokenFor(600_000, 'two'));
    await player.playing();
    const reply = (): Reply =>
      player.calls.at(-1)?.token === tokenFor(600_000, 'two') ? granted('c-2') : 'unreachable';
    player.replies.push(...Array(50).fill(reply));
    await cut(player);
    await player.clock.advance(20_000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(rejected).toEqual([tokenFor(600_000)]);
    expect(player.calls).toHaveLength(1 + 3 + 1);
  });

  test('is suspected once: where no fresh token can be had, the one at hand is tried again', async () => {
    let fresh = 0;
    const player = createPlayer({
      getAccessToken({ rejected }) {
        if (rejected === undefined) return tokenFor(600_000);
        fresh += 1;
        throw new Error('the issuer is out of reach');
      },
    });
    await player.playing();
    player.replies.push(...Array<Reply>(4).fill('unreachable'), granted('c-2'));
    await cut(player);
    await player.clock.advance(30_000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(fresh).toBe(1);
  });

  test('is not suspected while the browser is offline', async () => {
    const { player, rejected } = withTokens(tokenFor(600_000));
    await player.playing();
    player.goOffline();
    player.replies.push(...Array<Reply>(50).fill('unreachable'));
    await cut(player);
    await player.clock.advance(30_000);
    expect(rejected).toEqual([]);
  });
});

describe('a page that has to find out what is wrong', () => {
  test('reads what getAccessToken threw, and that no request was sent', async () => {
    const player = createPlayer({
      getAccessToken() {
        throw new Error('popup closed');
      },
    });
    player.stream.start();
    await player.clock.advance(100);
    expect(player.eventsOf('refused')[0]).toMatchObject({
      code: 'token_unavailable',
      error: new Error('popup closed'),
    });
    expect(player.eventsOf('asked')).toEqual([]);
    expect(player.stream.state).toMatchObject({ name: 'connecting', attempt: 0 });
  });

  test('is told that there is no token by status 0', async () => {
    const player = createPlayer({ getAccessToken: () => undefined });
    player.stream.start();
    await player.clock.advance(100);
    expect(player.stream.state).toMatchObject({ reason: 'signed_out', status: 0 });
  });

  test.each([
    ['api.example', 'is no absolute URL'],
    ['/api', 'is no absolute URL'],
    ['', 'is no absolute URL'],
    ['localhost:3000', 'begins with no http:// or https://'],
    ['https://api.example/v1', 'ends in /v1'],
    ['https://api.example/stage/v1/', 'ends in /v1'],
  ])('hears at once that %j %s', (api, what) => {
    expect(() => createPlayer({ api })).toThrow(TypeError);
    expect(() => createPlayer({ api })).toThrow(`api: ${JSON.stringify(api)} ${what}`);
  });

  test.each([
    'https://api.example',
    'http://localhost:3000/',
    'https://example.com/v1beta',
    'https://a.b/x/',
  ])('may give %s', (api) => {
    expect(() => createApiClient(api, () => '', {} as never)).not.toThrow();
  });

  test('is asked about CORS once an API has never answered, and not when it has', async () => {
    const player = createPlayer();
    player.replies.push('unreachable', 'unreachable', granted('c-1'));
    player.stream.start();
    await player.clock.advance(10_000);
    const [first, second] = player.eventsOf('refused').map(({ error }) => String(error));
    expect(first).toBe('TypeError: Failed to fetch');
    expect(second).toMatch(/^Error: Blocked by CORS\? https:\/\/api\.example has never answered/);
    player.replies.push('unreachable', 'unreachable', 'unreachable', granted('c-2'));
    await cut(player);
    await player.clock.advance(20_000);
    expect(
      player
        .eventsOf('refused')
        .slice(2)
        .map(({ error }) => String(error)),
    ).toEqual(Array(3).fill('TypeError: Failed to fetch'));
  });

  test.each([
    ['an object', { code: 7 }, 'no offer: error'],
    ['nothing', undefined, 'no offer: error'],
    ['an Error', new Error('no codec'), 'no codec'],
  ])('gets an Error where the SDK throws %s', async (_what, thrown, message) => {
    const player = createPlayer({
      made(sdk) {
        sdk.generateSignalRequest = () => Promise.reject(thrown);
      },
    });
    player.stream.start();
    await player.clock.advance(100);
    const [event] = player.eventsOf('no_picture');
    expect(event?.error).toBeInstanceOf(Error);
    expect(event?.error.message).toBe(message);
  });

  test('gets an Error where no frame comes', async () => {
    const player = createPlayer({
      made(sdk) {
        sdk.decodes = false;
      },
    });
    player.replies.push(granted('c-1'));
    player.stream.start();
    await player.clock.advance(9000);
    expect(player.eventsOf('no_picture')[0]?.error.message).toMatch(/^no frame: /);
  });

  test('reads CONNECTED once the stream plays, whatever AWS said a moment before', async () => {
    const player = createPlayer();
    const before = { streamSession: { ...session, status: 'RECONNECTING' } };
    player.replies.push(listed(session), granted('c-2', before));
    player.stream.resume();
    await player.clock.advance(500);
    expect(player.stream.state).toMatchObject({ name: 'connected', session: { status: 'CONNECTED' } });
  });
});

describe('a factory', () => {
  function asking(wait?: (sdk: FakeSdk) => Promise<void>) {
    const abouts: ConnectionAbout[] = [];
    const made: FakeSdk[] = [];
    const player = createPlayer({
      async createGameLiftStreams(connection, about) {
        abouts.push(about);
        const sdk = new FakeSdk(`offer ${made.length + 1}`, connection);
        await wait?.(sdk);
        made.push(sdk);
        return sdk;
      },
    });
    return { player, abouts, made };
  }

  test('may take its time, and hears which attempt it is, why, and which object was there before', async () => {
    const { player, abouts, made } = asking();
    await player.playing();
    player.replies.push(granted('c-2'));
    made[0]?.connection.channelError(new Event('error'));
    await player.clock.advance(500);
    expect(player.stream.state).toMatchObject({ connectionId: 'c-2' });
    expect(abouts).toEqual([{ attempt: 1 }, { attempt: 1, why: 'channel_error', previous: made[0] }]);
  });

  test('hears of no_picture, so that it can force a relay', async () => {
    const { player, abouts, made } = asking(async (sdk) => {
      sdk.decodes = made.length > 0;
    });
    player.replies.push(granted('c-1'), granted('c-2'));
    player.stream.start();
    await player.clock.advance(10_000);
    expect(player.stream.state).toMatchObject({ connectionId: 'c-2' });
    expect(abouts.at(-1)).toMatchObject({ attempt: 2, why: 'no_picture' });
  });

  test('hears of no_picture where its object made no offer', async () => {
    const { player, abouts, made } = asking(async (sdk) => {
      if (made.length === 0) sdk.generateSignalRequest = () => Promise.reject(new Error('no codec'));
    });
    player.replies.push(granted('c-1'));
    player.stream.start();
    await player.clock.advance(3000);
    expect(player.stream.state.name).toBe('connected');
    expect(abouts.map(({ why }) => why)).toEqual([undefined, 'no_picture']);
  });

  test('that resolves after the stream was closed has its object closed, and not opened again by an offer', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let offers = 0;
    const { player, made } = asking((sdk) => {
      sdk.generateSignalRequest = async () => {
        offers += 1;
        return sdk.name;
      };
      return promise;
    });
    player.stream.start();
    await player.clock.advance(100);
    player.stream.close();
    resolve();
    await player.clock.advance(100);
    expect(made.map(({ closed }) => closed)).toEqual([true]);
    expect(offers).toBe(0);
    expect(player.calls).toEqual([]);
  });
});

describe('what the player sees', () => {
  /** A video element that plays, or waits for a click. */
  function video(paused: boolean) {
    const listeners: Record<string, (() => void)[]> = {};
    const shown: (() => void)[] = [];
    const element: VideoElementLike & { paused: boolean } = {
      paused,
      addEventListener(type, listener, { signal }) {
        const known = listeners[type] ?? [];
        listeners[type] = known.includes(listener) ? known : [...known, listener];
        signal.addEventListener('abort', () => {
          listeners[type] = [];
        });
      },
      requestVideoFrameCallback: (then) => shown.push(then),
    };
    const fire = (type: string) => {
      for (const listener of listeners[type] ?? []) listener();
    };
    return { element, shown, fire, listeners };
  }

  test('is a click to offer where the browser does not play by itself, until it plays', async () => {
    const { element, fire, listeners } = video(true);
    const player = createPlayer({ videoElement: () => element });
    await player.playing();
    expect(player.stream.state).not.toHaveProperty('blocked');
    await player.clock.advance(600);
    expect(player.stream.state).toMatchObject({ name: 'connected', blocked: 'autoplay' });
    element.paused = false;
    fire('play');
    expect(player.stream.state).not.toHaveProperty('blocked');
    player.stream.close();
    expect(listeners).toMatchObject({ play: [], pause: [] });
    expect(player.clock.pending()).toBe(0);
  });

  test('is nothing special where it plays by itself', async () => {
    const { element } = video(false);
    const player = createPlayer({ videoElement: element });
    await player.playing();
    await player.clock.advance(2000);
    expect(player.states.filter(({ name }) => name === 'connected')).toHaveLength(1);
  });

  test('is told as the first frame when it is shown, not when it is decoded', async () => {
    const { element, shown } = video(false);
    const player = createPlayer({ videoElement: element });
    await player.playing();
    expect(player.eventsOf('first_frame')).toEqual([]);
    for (const then of shown) then();
    expect(player.eventsOf('first_frame')).toHaveLength(1);
  });

  test('can’t be seen without the element, or where it has not been made yet', async () => {
    const player = createPlayer({ videoElement: () => null });
    await player.playing();
    expect(player.eventsOf('first_frame')).toHaveLength(1);
    expect(player.stream.state).not.toHaveProperty('blocked');
  });
});

describe('a browser that goes on- and offline again and again', () => {
  test('cuts a request short once in five seconds, so that an answer can arrive', async () => {
    const player = createPlayer();
    await player.playing();
    const slow: Reply = { ...(granted('c-2') as object), afterMs: 1500 } as Reply;
    player.replies.push(...Array<Reply>(100).fill(slow));
    await cut(player);
    for (let at = 0; at < 50 && player.stream.state.name !== 'connected'; at += 1) {
      await player.clock.advance(200);
      await player.goOnline();
    }
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(player.calls.length).toBeLessThan(5);
  });
});

describe('a refusal for good', () => {
  test('still ends a stream at once', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(refused(409, 'taken_over', 'never'));
    await cut(player);
    await player.clock.advance(300);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'taken_over' });
  });
});
