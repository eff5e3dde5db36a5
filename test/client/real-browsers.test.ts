import { describe, expect, test } from 'vitest';
import { createApiClient } from '../../client/src/api-client.ts';
import { createConnectionMonitor } from '../../client/src/connection-monitor.ts';
import type { ConnectionAbout, VideoElementLike } from '../../client/src/index.ts';
import { createTable, FakeSdk, granted, listed, type Reply, refused, session } from './fakes.ts';
import { settle } from './virtual-clock.ts';

type Table = ReturnType<typeof createTable>;

const unauthorized: Reply = { status: 401, body: { message: 'Unauthorized' } };

/** A JWT as far as the client reads it. @param inMs when it expires, from the virtual clock's beginning */
function tokenFor(inMs: number, name = 'one'): string {
  const claims = { sub: `über-${name}`, exp: (1_800_000_000_000 + inMs) / 1000 };
  return `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
}

async function cut(table: Table): Promise<void> {
  table.sdk().connection.channelError(new Event('error'));
  await settle();
}

describe('a decoder that is frozen: packets of video come, and no frame is decoded', () => {
  const frozen = async (options: Parameters<typeof createTable>[0] = {}) => {
    const table = createTable(options);
    await table.playing();
    table.sdk().decodes = false;
    return table;
  };

  test('closes the connection after six seconds, so that AWS takes another one at once', async () => {
    const table = await frozen();
    table.replies.push(granted('c-2'));
    await table.clock.advance(5500);
    expect(table.names()).toEqual(['connecting', 'connected']);
    await table.clock.advance(1500);
    expect(table.told('lost')).toMatchObject([{ why: 'frozen' }]);
    expect(table.sdks.map(({ closed }) => closed)).toEqual([true, false]);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });

  test('waits twice as long the next time, and a minute at most', async () => {
    const table = createTable({ made: (sdk) => setTimeoutFrozen(sdk) });
    /** Each connection decodes its first frame and no other. */
    function setTimeoutFrozen(sdk: FakeSdk) {
      table?.clock.setTimeout(() => {
        sdk.decodes = false;
      }, 300);
    }
    table.replies.push(granted('c-1'), ...Array.from({ length: 7 }, (_, at) => granted(`c-${at + 2}`)));
    table.stream.start();
    await table.clock.advance(400_000);
    const at = table.told('lost').map((event) => event.at);
    const gaps = at.slice(1).map((each, index) => Math.round((each - (at[index] ?? 0)) / 1000));
    expect(gaps.slice(0, 5)).toEqual([12, 24, 48, 60, 60]);
  });

  test('loses nothing while nobody sees the page: a browser need not decode then', async () => {
    const table = await frozen({ environment: { visible: () => false } });
    await table.clock.advance(60_000);
    expect(table.names()).toEqual(['connecting', 'connected']);
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
    const table = createTable();
    await table.playing();
    table.replies.push(listed(session), granted('c-2'));
    const back = table.stream.resume({ insist: true });
    await table.clock.advance(100);
    expect(await back).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(table.sdks.map(({ closed }) => closed)).toEqual([true, false]);
    expect(table.calls.at(-1)?.body).not.toHaveProperty('previousConnectionId');
  });

  test('is not held up by an attempt that hangs', async () => {
    const table = createTable();
    await table.playing();
    table.sdk().lives = false;
    await table.clock.advance(3000);
    expect(table.stream.state.name).toBe('reconnecting');
    table.replies.push(listed(session), granted('c-2'));
    table.stream.resume({ insist: true });
    await table.clock.advance(500);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(table.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  test('and one who does not joins what is under way', async () => {
    const table = createTable();
    await table.playing();
    expect(await table.stream.resume()).toMatchObject({ connectionId: 'c-1' });
    expect(table.calls).toHaveLength(1);
  });
});

describe('a 401', () => {
  /** A table whose page hands out these tokens, the next one for each that was rejected. */
  function withTokens(...tokens: string[]) {
    let at = 0;
    const rejected: (string | undefined)[] = [];
    const table = createTable({
      getAccessToken(about) {
        if (about.rejected !== undefined) {
          rejected.push(about.rejected);
          at = Math.min(at + 1, tokens.length - 1);
        }
        return tokens[at];
      },
    });
    return { table, rejected };
  }

  test('of a good token passes: an issuer that API Gateway can’t reach for some seconds signs nobody out', async () => {
    const { table, rejected } = withTokens(tokenFor(600_000), tokenFor(600_000, 'two'));
    await table.playing();
    const until = table.clock.now() + 4000;
    const reply = (): Reply => (table.clock.now() < until ? unauthorized : granted('c-2'));
    table.replies.push(...Array(50).fill(reply));
    await cut(table);
    await table.clock.advance(15_000);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    // One fresh token was enough to know: no player asks the issuer for one each time.
    expect(rejected).toHaveLength(1);
    const gaps = table.calls.slice(2).map(({ at }, index) => at - (table.calls[index + 1]?.at ?? 0));
    expect(gaps.length).toBeLessThan(10);
    expect(table.told('refused').every(({ code, status }) => code === 'gateway' && status === 401)).toBe(
      true,
    );
  });

  test('of an expired token asks for a fresh one, and only then goes on', async () => {
    const { table, rejected } = withTokens(tokenFor(-1000), tokenFor(600_000, 'two'));
    table.replies.push(unauthorized, granted('c-1'));
    table.stream.start();
    await table.clock.advance(200);
    expect(table.stream.state.name).toBe('connected');
    expect(rejected).toEqual([tokenFor(-1000)]);
    expect(table.told('asked')).toHaveLength(1);
  });

  test('of nothing but expired tokens ends in signed out, with the status', async () => {
    const { table } = withTokens(tokenFor(-1000), tokenFor(-500, 'two'));
    table.replies.push(unauthorized, unauthorized);
    table.stream.start();
    await table.clock.advance(200);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'signed_out', status: 401 });
  });

  test('of a token that expires while the issuer is out asks for a fresh one then', async () => {
    const { table, rejected } = withTokens(
      tokenFor(3000),
      tokenFor(600_000, 'two'),
      tokenFor(600_000, 'three'),
    );
    await table.playing();
    const until = table.clock.now() + 2000;
    const reply = (): Reply => (table.clock.now() < until ? unauthorized : granted('c-2'));
    table.replies.push(...Array(50).fill(reply));
    await cut(table);
    await table.clock.advance(15_000);
    expect(table.stream.state.name).toBe('connected');
    expect(rejected.length).toBeLessThanOrEqual(2);
  });

  test('that ends the budget is what the end tells of', async () => {
    const { table } = withTokens(tokenFor(9e8));
    await table.playing();
    table.replies.push(...Array(500).fill(unauthorized));
    await cut(table);
    await table.clock.advance(200_000);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'expired', code: 'gateway' });
  });

  test('without CORS headers looks like no answer: after three of those a fresh token is asked for, once', async () => {
    const { table, rejected } = withTokens(tokenFor(600_000), tokenFor(600_000, 'two'));
    await table.playing();
    const reply = (): Reply =>
      table.calls.at(-1)?.token === tokenFor(600_000, 'two') ? granted('c-2') : 'unreachable';
    table.replies.push(...Array(50).fill(reply));
    await cut(table);
    await table.clock.advance(20_000);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(rejected).toEqual([tokenFor(600_000)]);
    expect(table.calls).toHaveLength(1 + 3 + 1);
  });

  test('is suspected once: where no fresh token can be had, the one at hand is tried again', async () => {
    let fresh = 0;
    const table = createTable({
      getAccessToken({ rejected }) {
        if (rejected === undefined) return tokenFor(600_000);
        fresh += 1;
        throw new Error('the issuer is out of reach');
      },
    });
    await table.playing();
    table.replies.push(...Array<Reply>(4).fill('unreachable'), granted('c-2'));
    await cut(table);
    await table.clock.advance(30_000);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(fresh).toBe(1);
  });

  test('is not suspected while the browser is offline', async () => {
    const { table, rejected } = withTokens(tokenFor(600_000));
    await table.playing();
    table.goOffline();
    table.replies.push(...Array<Reply>(50).fill('unreachable'));
    await cut(table);
    await table.clock.advance(30_000);
    expect(rejected).toEqual([]);
  });
});

describe('a page that has to find out what is wrong', () => {
  test('reads what getAccessToken threw, and that no request was sent', async () => {
    const table = createTable({
      getAccessToken() {
        throw new Error('popup closed');
      },
    });
    table.stream.start();
    await table.clock.advance(100);
    expect(table.told('refused')[0]).toMatchObject({
      code: 'token_unavailable',
      error: new Error('popup closed'),
    });
    expect(table.told('asked')).toEqual([]);
    expect(table.stream.state).toMatchObject({ name: 'connecting', attempt: 0 });
  });

  test('is told that there is no token by status 0', async () => {
    const table = createTable({ getAccessToken: () => undefined });
    table.stream.start();
    await table.clock.advance(100);
    expect(table.stream.state).toMatchObject({ reason: 'signed_out', status: 0 });
  });

  test.each([
    ['api.example', 'is no absolute URL'],
    ['/api', 'is no absolute URL'],
    ['', 'is no absolute URL'],
    ['localhost:3000', 'begins with no http:// or https://'],
    ['https://api.example/v1', 'ends in /v1'],
    ['https://api.example/stage/v1/', 'ends in /v1'],
  ])('hears at once that %j %s', (api, what) => {
    expect(() => createTable({ api })).toThrow(TypeError);
    expect(() => createTable({ api })).toThrow(`api: ${JSON.stringify(api)} ${what}`);
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
    const table = createTable();
    table.replies.push('unreachable', 'unreachable', granted('c-1'));
    table.stream.start();
    await table.clock.advance(10_000);
    const [first, second] = table.told('refused').map(({ error }) => String(error));
    expect(first).toBe('TypeError: Failed to fetch');
    expect(second).toMatch(/^Error: Blocked by CORS\? https:\/\/api\.example has never answered/);
    table.replies.push('unreachable', 'unreachable', 'unreachable', granted('c-2'));
    await cut(table);
    await table.clock.advance(20_000);
    expect(
      table
        .told('refused')
        .slice(2)
        .map(({ error }) => String(error)),
    ).toEqual(Array(3).fill('TypeError: Failed to fetch'));
  });

  test.each([
    ['an object', { code: 7 }, 'no offer: error'],
    ['nothing', undefined, 'no offer: error'],
    ['an Error', new Error('no codec'), 'no codec'],
  ])('gets an Error where the SDK throws %s', async (_what, thrown, message) => {
    const table = createTable({
      made(sdk) {
        sdk.generateSignalRequest = () => Promise.reject(thrown);
      },
    });
    table.stream.start();
    await table.clock.advance(100);
    const [event] = table.told('no_picture');
    expect(event?.error).toBeInstanceOf(Error);
    expect(event?.error.message).toBe(message);
  });

  test('gets an Error where no frame comes', async () => {
    const table = createTable({
      made(sdk) {
        sdk.decodes = false;
      },
    });
    table.replies.push(granted('c-1'));
    table.stream.start();
    await table.clock.advance(9000);
    expect(table.told('no_picture')[0]?.error.message).toMatch(/^no frame: /);
  });

  test('reads CONNECTED once the stream plays, whatever AWS said a moment before', async () => {
    const table = createTable();
    const before = { streamSession: { ...session, status: 'RECONNECTING' } };
    table.replies.push(listed(session), granted('c-2', before));
    table.stream.resume();
    await table.clock.advance(500);
    expect(table.stream.state).toMatchObject({ name: 'connected', session: { status: 'CONNECTED' } });
  });
});

describe('a factory', () => {
  function asking(wait?: (sdk: FakeSdk) => Promise<void>) {
    const abouts: ConnectionAbout[] = [];
    const made: FakeSdk[] = [];
    const table = createTable({
      async createGameLiftStreams(connection, about) {
        abouts.push(about);
        const sdk = new FakeSdk(`offer ${made.length + 1}`, connection);
        await wait?.(sdk);
        made.push(sdk);
        return sdk;
      },
    });
    return { table, abouts, made };
  }

  test('may take its time, and hears which attempt it is, why, and which object was there before', async () => {
    const { table, abouts, made } = asking();
    await table.playing();
    table.replies.push(granted('c-2'));
    made[0]?.connection.channelError(new Event('error'));
    await table.clock.advance(500);
    expect(table.stream.state).toMatchObject({ connectionId: 'c-2' });
    expect(abouts).toEqual([{ attempt: 1 }, { attempt: 1, why: 'channel_error', previous: made[0] }]);
  });

  test('hears of no_picture, so that it can force a relay', async () => {
    const { table, abouts, made } = asking(async (sdk) => {
      sdk.decodes = made.length > 0;
    });
    table.replies.push(granted('c-1'), granted('c-2'));
    table.stream.start();
    await table.clock.advance(10_000);
    expect(table.stream.state).toMatchObject({ connectionId: 'c-2' });
    expect(abouts.at(-1)).toMatchObject({ attempt: 2, why: 'no_picture' });
  });

  test('hears of no_picture where its object made no offer', async () => {
    const { table, abouts, made } = asking(async (sdk) => {
      if (made.length === 0) sdk.generateSignalRequest = () => Promise.reject(new Error('no codec'));
    });
    table.replies.push(granted('c-1'));
    table.stream.start();
    await table.clock.advance(3000);
    expect(table.stream.state.name).toBe('connected');
    expect(abouts.map(({ why }) => why)).toEqual([undefined, 'no_picture']);
  });

  test('whose object comes when nobody waits for it any more has it closed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { table, made } = asking(() => promise);
    table.stream.start();
    await table.clock.advance(100);
    table.stream.close();
    resolve();
    await table.clock.advance(100);
    expect(made.map(({ closed }) => closed)).toEqual([true]);
    expect(table.calls).toEqual([]);
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
    const table = createTable({ videoElement: () => element });
    await table.playing();
    expect(table.stream.state).not.toHaveProperty('blocked');
    await table.clock.advance(600);
    expect(table.stream.state).toMatchObject({ name: 'connected', blocked: 'autoplay' });
    element.paused = false;
    fire('play');
    expect(table.stream.state).not.toHaveProperty('blocked');
    table.stream.close();
    expect(listeners).toMatchObject({ play: [], pause: [] });
    expect(table.clock.pending()).toBe(0);
  });

  test('is nothing special where it plays by itself', async () => {
    const { element } = video(false);
    const table = createTable({ videoElement: element });
    await table.playing();
    await table.clock.advance(2000);
    expect(table.states.filter(({ name }) => name === 'connected')).toHaveLength(1);
  });

  test('is told as the first frame when it is shown, not when it is decoded', async () => {
    const { element, shown } = video(false);
    const table = createTable({ videoElement: element });
    await table.playing();
    expect(table.told('first_frame')).toEqual([]);
    for (const then of shown) then();
    expect(table.told('first_frame')).toHaveLength(1);
  });

  test('can’t be seen without the element, or where it has not been made yet', async () => {
    const table = createTable({ videoElement: () => null });
    await table.playing();
    expect(table.told('first_frame')).toHaveLength(1);
    expect(table.stream.state).not.toHaveProperty('blocked');
  });
});

describe('a browser that goes on- and offline again and again', () => {
  test('cuts a request short once in five seconds, so that an answer can arrive', async () => {
    const table = createTable();
    await table.playing();
    const slow: Reply = { ...(granted('c-2') as object), afterMs: 1500 } as Reply;
    table.replies.push(...Array<Reply>(100).fill(slow));
    await cut(table);
    for (let at = 0; at < 50 && table.stream.state.name !== 'connected'; at += 1) {
      await table.clock.advance(200);
      await table.goOnline();
    }
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(table.calls.length).toBeLessThan(5);
  });
});

describe('a refusal for good', () => {
  test('still ends a stream at once', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(refused(409, 'taken_over', 'never'));
    await cut(table);
    await table.clock.advance(300);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'taken_over' });
  });
});
