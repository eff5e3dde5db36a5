import { describe, expect, test } from 'vitest';
import { Problem } from '../../lambdas/problems/problems.ts';
import { requireBody } from '../../lambdas/problems/validation.ts';
import {
  createPlayer,
  type FakeSdk,
  granted,
  REPORTED_WITHIN_MS,
  type Reply,
  refused,
  session,
} from './fakes.ts';
import { CONNECTED, old, STILL_CONNECTED } from './still-connected.ts';

type TestPlayer = ReturnType<typeof createPlayer>;

/** A player whose loss has just been noticed, and the API's next replies. */
async function silent(...replies: (Reply | (() => Reply))[]): Promise<TestPlayer> {
  const player = createPlayer();
  await player.playing();
  player.replies.push(...replies);
  old(player).lives = false;
  await player.clock.advance(1940);
  expect(player.stream.state.name).toBe('reconnecting');
  return player;
}

describe('a silent connection', () => {
  test('stays open while another is requested, and the state says so', async () => {
    const player = await silent('hangs');
    await player.clock.advance(5000);
    expect(old(player).closed).toBe(false);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', healing: true });
    expect(player.stream.sdk).toBe(old(player));
  });

  test('that is only suspected costs a token, but no request and no second object', async () => {
    const player = createPlayer();
    await player.playing();
    old(player).lives = false;
    await player.clock.advance(1700);
    expect(player.eventsOf('suspected')).toHaveLength(1);
    expect(player.calls).toHaveLength(1);
    expect(player.sdks).toHaveLength(1);
  });

  test.each<[string, (sdk: FakeSdk) => void]>([
    ['fails', (sdk) => sdk.connection.connectionState('failed')],
    ['is closed', (sdk) => sdk.connection.connectionState('closed')],
    ['is closed cleanly', (sdk) => sdk.connection.channelError(new Event('error'))],
  ])('that %s can’t come back, and is closed at once', async (_what, happen) => {
    const player = await silent('hangs');
    happen(old(player));
    await player.clock.advance(0);
    expect(old(player).closed).toBe(true);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', healing: false });
  });

  test('that dies at once is never shown as healing', async () => {
    const player = createPlayer();
    await player.playing();
    old(player).connection.channelError(new Event('error'));
    await player.clock.advance(0);
    expect(old(player).closed).toBe(true);
    const shown = player.states.filter((state) => state.name === 'reconnecting');
    expect(shown.map(({ healing }) => healing)).not.toContain(true);
  });
});

describe('the lost connection plays again', () => {
  test('when a frame is decoded: the state has the same connection, and the event the length of the silence', async () => {
    const player = await silent('hangs');
    await player.clock.advance(1000);
    old(player).lives = true;
    await player.clock.advance(150);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    expect(player.names()).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    const [healed] = player.eventsOf('healed');
    const [lost] = player.eventsOf('lost');
    expect(healed?.silentMs).toBe((healed?.at ?? 0) - (lost?.at ?? 0) + (lost?.silentMs ?? 0));
    expect(player.stream.sdk).toBe(old(player));
  });

  test('not when packets come without a frame', async () => {
    const player = await silent('hangs');
    old(player).lives = true;
    old(player).flows = false;
    await player.clock.advance(5000);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', healing: true });
    old(player).flows = true;
    old(player).decodes = false;
    await player.clock.advance(5000);
    expect(player.eventsOf('healed')).toEqual([]);
  });

  test('and once it has stayed, no request follows and nothing remains', async () => {
    const player = await silent(CONNECTED, STILL_CONNECTED, CONNECTED);
    await player.clock.advance(500);
    old(player).lives = true;
    await player.clock.advance(9000);
    expect(player.calls.filter(({ method }) => method === 'POST')).toHaveLength(2);
    expect(player.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.listeners.size).toBe(0);
    expect(player.clock.pending()).toBe(1);
  });

  test('again and again without leaving anything behind', async () => {
    const player = createPlayer();
    await player.playing();
    for (let turn = 0; turn < 10; turn += 1) {
      player.replies.push('unreachable', 'unreachable', 'unreachable');
      old(player).lives = false;
      await player.clock.advance(2500);
      old(player).lives = true;
      await player.clock.advance(10_000);
      player.replies.length = 0;
      expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    }
    expect(player.eventsOf('healed')).toHaveLength(10);
    expect(player.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.clock.pending()).toBe(1);
  });
});

describe('a request that is in flight when the stream heals', () => {
  /** The stream heals after a second, before the request is answered. */
  async function healedBefore(reply: Reply): Promise<TestPlayer> {
    const player = await silent(
      typeof reply === 'string' ? reply : { ...reply, afterMs: 3000 },
      ...Array<Reply>(9).fill('hangs'),
    );
    await player.clock.advance(1000);
    old(player).lives = true;
    await player.clock.advance(200);
    expect(player.stream.state.name).toBe('connected');
    return player;
  }

  test('is neither aborted nor cut by a new network, and its offer is kept', async () => {
    const player = await healedBefore('hangs');
    await player.goOnline();
    await player.clock.advance(5000);
    expect(player.inFlight.now).toBe(1);
    expect(player.sdks.map(({ closed }) => closed)).toEqual([false, false]);
  });

  test('and is refused closes its offer and is not repeated', async () => {
    const player = await healedBefore(CONNECTED);
    await player.clock.advance(2100);
    expect(player.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    await player.clock.advance(20_000);
    expect(player.calls).toHaveLength(2);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test('and is answered leaves the stream playing, and its answer is kept for eight seconds', async () => {
    const player = await healedBefore(granted('c-2'));
    await player.clock.advance(2100 + 7500);
    expect(player.eventsOf('answered')).toHaveLength(2);
    expect(player.sdk().answered).toBeUndefined();
    expect(player.sdks.map(({ closed }) => closed)).toEqual([false, false]);
    await player.clock.advance(1000);
    expect(player.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test.each([
    ['at the answer', 0, 600],
    ['a moment later', 500, 1200],
  ])(
    'and answered, which ends the old connection %s: the answer is applied',
    async (_what, after, within) => {
      const player = await healedBefore(granted('c-2'));
      await player.clock.advance(1700 + after);
      old(player).lives = false;
      await player.clock.advance(200 + within);
      expect(player.sdk().answered).toBe('answer for c-2');
      expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
      expect(old(player).closed).toBe(true);
    },
  );

  test('and whose answer was lost is repeated byte for byte when the connection dies soon after', async () => {
    const player = await silent({ status: 504, body: { message: 'x' }, afterMs: 3000 }, granted('c-2'));
    await player.clock.advance(1000);
    old(player).lives = true;
    await player.clock.advance(4000);
    expect(player.calls).toHaveLength(2);
    old(player).lives = false;
    await player.clock.advance(3000);
    expect(player.calls[2]).toMatchObject({ key: player.calls[1]?.key, text: player.calls[1]?.text });
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(player.sdks).toHaveLength(2);
    // It is one loss, so its attempts are counted on.
    expect(player.eventsOf('asked').map(({ attempt }) => attempt)).toEqual([1, 1, 2]);
  });

  test('on c-1 although c-2 was granted, then the next loss names c-2, the newest that this device knows', async () => {
    const player = await healedBefore(granted('c-2'));
    await player.clock.advance(20_000);
    player.replies.length = 0;
    player.replies.push(granted('c-3'));
    old(player).lives = false;
    await player.clock.advance(3000);
    expect(player.calls.at(-1)?.body).toMatchObject({ previousConnectionId: 'c-2' });
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
  });
});

describe('an answer while the lost connection', () => {
  test('is silent is applied at once where it came promptly', async () => {
    const player = await silent(granted('c-2'));
    await player.clock.advance(150);
    expect(player.sdk().answered).toBe('answer for c-2');
  });

  test('is silent waits 0.3 s for a sign of life where the network may just be back', async () => {
    const player = await silent({ ...(granted('c-2') as object), afterMs: 2000 } as Reply);
    await player.clock.advance(2050 + 200);
    expect(player.eventsOf('answered')).toHaveLength(2);
    expect(player.sdk().answered).toBeUndefined();
    await player.clock.advance(200);
    expect(player.sdk().answered).toBe('answer for c-2');
  });

  test('sends packets without a frame waits for a frame, a second at most', async () => {
    const player = await silent({ ...(granted('c-2') as object), afterMs: 2000 } as Reply);
    await player.clock.advance(1900);
    old(player).lives = true;
    old(player).flows = false;
    await player.clock.advance(900);
    expect(player.sdk().answered).toBeUndefined();
    await player.clock.advance(300);
    expect(player.sdk().answered).toBe('answer for c-2');
  });

  test('has long sent packets without a frame does not wait a second', async () => {
    const player = await silent({ ...(granted('c-2') as object), afterMs: 4000 } as Reply);
    old(player).lives = true;
    old(player).flows = false;
    await player.clock.advance(4100 + 350);
    expect(player.sdk().answered).toBe('answer for c-2');
  });
});

describe('a replacement', () => {
  test('detaches the old input first, applies, and closes the old connection as soon as the call returns', async () => {
    const order: string[] = [];
    const player = createPlayer({
      made(sdk) {
        const noting =
          <Given extends unknown[], Result>(what: string, act: (...given: Given) => Result) =>
          (...given: Given): Result => {
            order.push(`${what} ${sdk.name}`);
            return Reflect.apply(act, sdk, given);
          };
        Object.assign(sdk, {
          attachInput: noting('attach', sdk.attachInput),
          detachInput: noting('detach', sdk.detachInput),
          processSignalResponse: noting('apply', sdk.processSignalResponse),
          close: noting('close', sdk.close),
        });
      },
    });
    await player.playing();
    player.replies.push(granted('c-2'));
    old(player).lives = false;
    await player.clock.advance(2500);
    expect(order).toEqual([
      'apply offer 1',
      'attach offer 1',
      'detach offer 1',
      'apply offer 2',
      'close offer 1',
      'attach offer 2',
    ]);
  });

  test('whose answer the SDK refuses leaves the old connection open, which may still heal', async () => {
    const player = createPlayer({
      made(sdk) {
        if (sdk.name === 'offer 2') sdk.processSignalResponse = () => Promise.reject(new Error('no module'));
      },
    });
    await player.playing();
    player.replies.push(granted('c-2'), 'hangs');
    old(player).lives = false;
    await player.clock.advance(3000);
    expect(player.eventsOf('no_picture')).toHaveLength(1);
    expect(player.sdks.map(({ closed }) => closed)).toEqual([false, true, false]);
    expect(player.calls[2]?.body).toMatchObject({ previousConnectionId: 'c-2', signalRequest: 'offer 3' });
    old(player).lives = true;
    await player.clock.advance(200);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test('that the browser began and then failed closes the old connection all the same', async () => {
    const player = createPlayer({
      made(sdk) {
        if (sdk.name !== 'offer 2') return;
        sdk.processSignalResponse = async () => {
          sdk.connection.connectionState('connecting');
          throw new Error('late');
        };
      },
    });
    await player.playing();
    player.replies.push(granted('c-2'), 'hangs');
    old(player).lives = false;
    await player.clock.advance(3000);
    expect(player.sdks.map(({ closed }) => closed)).toEqual([true, true, false]);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', healing: false });
  });
});

describe('a refusal for good', () => {
  const takenOver = refused(409, 'taken_over', 'never');

  test('ends the requests, but not a connection that comes back within twelve seconds', async () => {
    const player = await silent(takenOver);
    await player.clock.advance(11_000);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', healing: true });
    expect(player.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    old(player).lives = true;
    await player.clock.advance(30_000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    expect(player.calls).toHaveLength(2);
  });

  test('ends the stream when the connection stays silent for twelve more seconds', async () => {
    const player = await silent(takenOver);
    await player.clock.advance(11_900);
    expect(player.stream.state.name).toBe('reconnecting');
    await player.clock.advance(500);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'taken_over', by: 'device' });
    expect(player.sdks.every(({ closed }) => closed)).toBe(true);
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.clock.pending()).toBe(0);
  });

  test('ends the stream as soon as the connection has died', async () => {
    const player = await silent(takenOver);
    await player.clock.advance(3000);
    old(player).connection.connectionState('failed');
    await player.clock.advance(0);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'taken_over' });
  });

  test('does not end a stream that plays again', async () => {
    const player = await silent({ ...(takenOver as object), afterMs: 2000 } as Reply);
    old(player).lives = true;
    await player.clock.advance(30_000);
    expect(player.eventsOf('refused')).toHaveLength(1);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test.each([undefined, 'token'])(
    'of the player’s token (%s) ends the asking in the same way',
    async (next) => {
      const player = createPlayer({ getAccessToken: ({ rejected }) => (rejected ? next : 'token') });
      await player.playing();
      player.replies.push({ status: 401, body: { message: 'Unauthorized' } });
      old(player).lives = false;
      await player.clock.advance(5000);
      expect(player.stream.state.name).toBe('reconnecting');
      old(player).lives = true;
      await player.clock.advance(200);
      expect(player.stream.state.name).toBe('connected');
    },
  );
});

describe('a server disconnect', () => {
  test.each(['idle', 'terminated'])(
    '%s on a silent connection ends the stream before anything was asked',
    async (reason) => {
      const player = await silent('hangs');
      old(player).connection.serverDisconnect(reason);
      expect(player.stream.state).toMatchObject({ name: 'ended', reason });
      expect(player.sdks.every(({ closed }) => closed)).toBe(true);
    },
  );

  test('on the new connection ends the stream', async () => {
    const player = await silent('hangs');
    await player.clock.advance(500);
    player.sdk().connection.serverDisconnect('terminated');
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'terminated' });
    expect(player.sdks.every(({ closed }) => closed)).toBe(true);
  });

  test('terminated on a replaced old connection does not end the stream: the client asks the API', async () => {
    const player = await silent({ ...(granted('c-2') as object), afterMs: 1000 } as Reply);
    await player.clock.advance(700);
    old(player).connection.serverDisconnect('terminated');
    await player.clock.advance(1000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });
});

describe('a network whose downlink is dead', () => {
  const status = () => (player: TestPlayer) =>
    player.calls.at(-1)?.method === 'GET' ? STILL_CONNECTED : CONNECTED;

  async function lasting(ms: number, answers: boolean): Promise<TestPlayer> {
    const player = createPlayer();
    await player.playing();
    const reply = status();
    player.replies.push(
      ...Array.from({ length: 60 }, () => () => (answers ? reply(player) : 'unreachable') as Reply),
    );
    old(player).lives = false;
    await player.clock.advance(ms);
    return player;
  }

  test('makes the client close the connection after twelve seconds in which AWS saw it', async () => {
    const player = await lasting(11_900, true);
    expect(old(player).closed).toBe(false);
    await player.clock.advance(500);
    expect(old(player).closed).toBe(true);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', healing: false });
    player.replies.length = 0;
    player.replies.push(
      { status: 200, body: { streamSession: { ...session, status: 'PENDING_CLIENT_RECONNECTION' } } },
      granted('c-2'),
    );
    await player.clock.advance(1600);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });

  test('is not assumed while the API is unreachable, since the whole network is dark then', async () => {
    const player = await lasting(30_000, false);
    expect(old(player).closed).toBe(false);
    old(player).lives = true;
    await player.clock.advance(200);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test('is not assumed from a status that is older than the API’s outage', async () => {
    const player = await lasting(5000, true);
    player.replies.length = 0;
    player.replies.push(...Array<Reply>(60).fill('unreachable'));
    await player.clock.advance(15_000);
    expect(old(player).closed).toBe(false);
  });
});

describe('a refusal for good to a player whose downlink is dead', () => {
  test('ends the stream when the old connection is closed', async () => {
    const ready: Reply = {
      status: 200,
      body: { streamSession: { ...session, status: 'PENDING_CLIENT_RECONNECTION' } },
    };
    const looks = Array<Reply>(4).fill(STILL_CONNECTED);
    const player = await silent(
      CONNECTED,
      ...looks,
      CONNECTED,
      STILL_CONNECTED,
      ready,
      refused(409, 'taken_over', 'never'),
    );
    await player.clock.advance(30_000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'taken_over' });
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.clock.pending()).toBe(0);
  });
});

describe('input', () => {
  test('is detached while the stream is lost, and attached again on the connection that plays', async () => {
    const player = await silent('hangs');
    expect(player.sdks.map(({ attached }) => attached)).toEqual([false, false]);
    old(player).lives = true;
    await player.clock.advance(200);
    expect(player.sdks.map(({ attached }) => attached)).toEqual([true, false]);
  });

  test('that returns to the same connection is reset first, so that no key stays down', async () => {
    const player = await silent('hangs');
    const done: string[] = [];
    old(player).attachInput = () => void done.push('attach');
    old(player).detachInput = () => void done.push('detach');
    old(player).lives = true;
    await player.clock.advance(200);
    expect(done).toEqual(['attach', 'detach', 'attach']);
  });

  test('that the page attaches itself is left alone', async () => {
    const player = createPlayer({ attachInput: false });
    await player.playing();
    const done: string[] = [];
    old(player).attachInput = () => void done.push('attach');
    old(player).detachInput = () => void done.push('detach');
    old(player).lives = false;
    await player.clock.advance(2500);
    old(player).lives = true;
    await player.clock.advance(500);
    expect(player.eventsOf('healed')).toHaveLength(1);
    expect(done).toEqual([]);
  });
});

describe('a healed stream', () => {
  test('that is lost again soon continues the same loss: event, state and attempt number', async () => {
    const player = await silent('unreachable', 'unreachable', 'hangs');
    await player.clock.advance(1000);
    old(player).lives = true;
    await player.clock.advance(1000);
    old(player).lives = false;
    await player.clock.advance(2100);
    expect(player.names()).toEqual(['connecting', 'connected', 'reconnecting', 'connected', 'reconnecting']);
    expect(player.eventsOf('lost').map(({ why }) => why)).toEqual(['silence', 'silence']);
    expect(player.eventsOf('asked').length).toBeGreaterThan(2);
    const attempts = player.eventsOf('asked').map(({ attempt }) => attempt);
    expect(attempts.slice(1)).toEqual(attempts.slice(1).map((_, index) => index + 1));
  });

  test('that dies soon after is closed, and another connection is requested', async () => {
    const ready: Reply = {
      status: 200,
      body: { streamSession: { ...session, status: 'PENDING_CLIENT_RECONNECTION' } },
    };
    const player = await silent(CONNECTED, ready, granted('c-2'));
    await player.clock.advance(500);
    old(player).lives = true;
    await player.clock.advance(1000);
    old(player).connection.connectionState('failed');
    await player.clock.advance(6000);
    expect(old(player).closed).toBe(true);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });

  test('is suspected after a silence like any other stream', async () => {
    const player = await silent('hangs');
    old(player).lives = true;
    await player.clock.advance(500);
    old(player).lives = false;
    await player.clock.advance(1000);
    expect(player.eventsOf('suspected')).toHaveLength(2);
    expect(player.stream.state.name).toBe('connected');
  });
});

/** The answer of functions that do not know `silentMs`: their own validation refuses it. */
function detailOfBefore(): string {
  try {
    requireBody(JSON.stringify({ signalRequest: 'offer', silentMs: 1 }), [
      'signalRequest',
      'previousConnectionId',
    ]);
  } catch (error) {
    if (error instanceof Problem) return error.message;
  }
  throw new Error('The functions take every field.');
}

describe('an API that does not know silentMs', () => {
  const unknownField = refused(400, 'invalid_request', 'never', { detail: detailOfBefore() });

  /** An old API: it first refuses unknown fields. */
  const oldApi = (player: TestPlayer, then: Reply) => () =>
    'silentMs' in (player.calls.at(-1)?.body ?? {}) ? unknownField : then;

  test('gets the request again without silentMs, and the player does not wait', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(oldApi(player, granted('c-2')), oldApi(player, granted('c-2')));
    old(player).lives = false;
    await player.clock.advance(2200);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    const [, first, second] = player.calls;
    expect(first?.body).toHaveProperty('silentMs');
    expect(second?.body).toEqual({ signalRequest: 'offer 2', previousConnectionId: 'c-1' });
    expect(second?.at).toBe(first?.at);
    expect(second?.key).not.toBe(first?.key);
    expect(player.eventsOf('refused')).toEqual([]);
    // The client remembers that: the next loss costs one request.
    player.replies.push(oldApi(player, granted('c-3')));
    player.sdk().lives = false;
    await player.clock.advance(2300);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
    expect(player.calls).toHaveLength(4);
  });

  test('that refuses another field gets no second request', async () => {
    const other = refused(400, 'invalid_request', 'never', { detail: 'signalRequest: is too long' });
    const player = createPlayer();
    await player.playing();
    player.replies.push(other);
    old(player).connection.channelError(new Event('error'));
    await player.clock.advance(1000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'refused', code: 'invalid_request' });
    expect(player.calls).toHaveLength(2);
  });

  test('silentMs is whole milliseconds, an hour at most, and only a reconnect after a loss has it', async () => {
    const player = createPlayer();
    await player.playing();
    expect(player.calls[0]?.body).not.toHaveProperty('silentMs');
    player.replies.push(granted('c-2'));
    old(player).lives = false;
    await player.clock.sleep(5 * 3_600_000);
    await player.clock.advance(3000);
    const { silentMs } = player.calls[1]?.body ?? {};
    expect(Number.isInteger(silentMs)).toBe(true);
    expect(silentMs).toBeLessThanOrEqual(3_600_000);
  });
});
