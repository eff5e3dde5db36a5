import { describe, expect, test } from 'vitest';
import { Problem } from '../../lambdas/problems/problems.ts';
import { requireBody } from '../../lambdas/problems/validation.ts';
import { createTable, type FakeSdk, granted, type Reply, refused, session } from './fakes.ts';
import { CONNECTED, old, STILL_CONNECTED } from './still-connected.ts';

type Table = ReturnType<typeof createTable>;

/** A player whose loss has just been noticed, and the API's next replies. */
async function silent(...replies: (Reply | (() => Reply))[]): Promise<Table> {
  const table = createTable();
  await table.playing();
  table.replies.push(...replies);
  old(table).lives = false;
  await table.clock.advance(1940);
  expect(table.stream.state.name).toBe('reconnecting');
  return table;
}

describe('a silent connection', () => {
  test('stays open while another is requested, and the state says so', async () => {
    const table = await silent('hangs');
    await table.clock.advance(5000);
    expect(old(table).closed).toBe(false);
    expect(table.stream.state).toMatchObject({ name: 'reconnecting', healing: true });
    expect(table.stream.sdk).toBe(old(table));
  });

  test('that is only suspected costs a token, but no request and no second object', async () => {
    const table = createTable();
    await table.playing();
    old(table).lives = false;
    await table.clock.advance(1700);
    expect(table.told('suspected')).toHaveLength(1);
    expect(table.calls).toHaveLength(1);
    expect(table.sdks).toHaveLength(1);
  });

  test.each<[string, (sdk: FakeSdk) => void]>([
    ['fails', (sdk) => sdk.connection.connectionState('failed')],
    ['is closed', (sdk) => sdk.connection.connectionState('closed')],
    ['is closed cleanly', (sdk) => sdk.connection.channelError(new Event('error'))],
  ])('that %s can’t come back, and is closed at once', async (_what, happen) => {
    const table = await silent('hangs');
    happen(old(table));
    await table.clock.advance(0);
    expect(old(table).closed).toBe(true);
    expect(table.stream.state).toMatchObject({ name: 'reconnecting', healing: false });
  });

  test('that dies at once is never shown as healing', async () => {
    const table = createTable();
    await table.playing();
    old(table).connection.channelError(new Event('error'));
    await table.clock.advance(0);
    expect(old(table).closed).toBe(true);
    const shown = table.states.filter((state) => state.name === 'reconnecting');
    expect(shown.map(({ healing }) => healing)).not.toContain(true);
  });
});

describe('the lost connection plays again', () => {
  test('when a frame is decoded: the state has the same connection, and the event the length of the silence', async () => {
    const table = await silent('hangs');
    await table.clock.advance(1000);
    old(table).lives = true;
    await table.clock.advance(150);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    expect(table.names()).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    const [healed] = table.told('healed');
    const [lost] = table.told('lost');
    expect(healed?.silentMs).toBe((healed?.at ?? 0) - (lost?.at ?? 0) + (lost?.silentMs ?? 0));
    expect(table.stream.sdk).toBe(old(table));
  });

  test('not when packets come without a frame', async () => {
    const table = await silent('hangs');
    old(table).lives = true;
    old(table).flows = false;
    await table.clock.advance(5000);
    expect(table.stream.state).toMatchObject({ name: 'reconnecting', healing: true });
    old(table).flows = true;
    old(table).decodes = false;
    await table.clock.advance(5000);
    expect(table.told('healed')).toEqual([]);
  });

  test('and once it has stayed, no request follows and nothing remains', async () => {
    const table = await silent(CONNECTED, STILL_CONNECTED, CONNECTED);
    await table.clock.advance(500);
    old(table).lives = true;
    await table.clock.advance(9000);
    expect(table.calls.filter(({ method }) => method === 'POST')).toHaveLength(2);
    expect(table.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    expect(table.listeners.size).toBe(0);
    expect(table.clock.pending()).toBe(1);
  });

  test('again and again without leaving anything behind', async () => {
    const table = createTable();
    await table.playing();
    for (let turn = 0; turn < 10; turn += 1) {
      table.replies.push('unreachable', 'unreachable', 'unreachable');
      old(table).lives = false;
      await table.clock.advance(2500);
      old(table).lives = true;
      await table.clock.advance(10_000);
      table.replies.length = 0;
      expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    }
    expect(table.told('healed')).toHaveLength(10);
    expect(table.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
    expect(table.clock.pending()).toBe(1);
  });
});

describe('a request that is in flight when the stream heals', () => {
  /** The stream heals after a second, before the request is answered. */
  async function healedBefore(reply: Reply): Promise<Table> {
    const table = await silent(
      typeof reply === 'string' ? reply : { ...reply, afterMs: 3000 },
      ...Array<Reply>(9).fill('hangs'),
    );
    await table.clock.advance(1000);
    old(table).lives = true;
    await table.clock.advance(200);
    expect(table.stream.state.name).toBe('connected');
    return table;
  }

  test('is neither aborted nor cut by a new network, and its offer is kept', async () => {
    const table = await healedBefore('hangs');
    await table.goOnline();
    await table.clock.advance(5000);
    expect(table.inFlight.now).toBe(1);
    expect(table.sdks.map(({ closed }) => closed)).toEqual([false, false]);
  });

  test('and is refused closes its offer and is not repeated', async () => {
    const table = await healedBefore(CONNECTED);
    await table.clock.advance(2100);
    expect(table.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    await table.clock.advance(20_000);
    expect(table.calls).toHaveLength(2);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test('and is answered leaves the stream playing, and its answer is kept for eight seconds', async () => {
    const table = await healedBefore(granted('c-2'));
    await table.clock.advance(2100 + 7500);
    expect(table.told('answered')).toHaveLength(2);
    expect(table.sdk().answered).toBeUndefined();
    expect(table.sdks.map(({ closed }) => closed)).toEqual([false, false]);
    await table.clock.advance(1000);
    expect(table.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test.each([
    ['at the answer', 0, 600],
    ['a moment later', 500, 1200],
  ])(
    'and answered, which ends the old connection %s: the answer is applied',
    async (_what, after, within) => {
      const table = await healedBefore(granted('c-2'));
      await table.clock.advance(1700 + after);
      old(table).lives = false;
      await table.clock.advance(200 + within);
      expect(table.sdk().answered).toBe('answer for c-2');
      expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
      expect(old(table).closed).toBe(true);
    },
  );

  test('and whose answer was lost is repeated byte for byte when the connection dies soon after', async () => {
    const table = await silent({ status: 504, body: { message: 'x' }, afterMs: 3000 }, granted('c-2'));
    await table.clock.advance(1000);
    old(table).lives = true;
    await table.clock.advance(4000);
    expect(table.calls).toHaveLength(2);
    old(table).lives = false;
    await table.clock.advance(3000);
    expect(table.calls[2]).toMatchObject({ key: table.calls[1]?.key, text: table.calls[1]?.text });
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(table.sdks).toHaveLength(2);
    // It is one loss, so its attempts are counted on.
    expect(table.told('asked').map(({ attempt }) => attempt)).toEqual([1, 1, 2]);
  });

  test('on c-1 although c-2 was granted, then the next loss names c-2, the newest that this device knows', async () => {
    const table = await healedBefore(granted('c-2'));
    await table.clock.advance(20_000);
    table.replies.length = 0;
    table.replies.push(granted('c-3'));
    old(table).lives = false;
    await table.clock.advance(3000);
    expect(table.calls.at(-1)?.body).toMatchObject({ previousConnectionId: 'c-2' });
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
  });
});

describe('an answer while the lost connection', () => {
  test('is silent is applied at once where it came promptly', async () => {
    const table = await silent(granted('c-2'));
    await table.clock.advance(150);
    expect(table.sdk().answered).toBe('answer for c-2');
  });

  test('is silent waits 0.3 s for a sign of life where the network may just be back', async () => {
    const table = await silent({ ...(granted('c-2') as object), afterMs: 2000 } as Reply);
    await table.clock.advance(2050 + 200);
    expect(table.told('answered')).toHaveLength(2);
    expect(table.sdk().answered).toBeUndefined();
    await table.clock.advance(200);
    expect(table.sdk().answered).toBe('answer for c-2');
  });

  test('sends packets without a frame waits for a frame, a second at most', async () => {
    const table = await silent({ ...(granted('c-2') as object), afterMs: 2000 } as Reply);
    await table.clock.advance(1900);
    old(table).lives = true;
    old(table).flows = false;
    await table.clock.advance(900);
    expect(table.sdk().answered).toBeUndefined();
    await table.clock.advance(300);
    expect(table.sdk().answered).toBe('answer for c-2');
  });

  test('has long sent packets without a frame does not wait a second', async () => {
    const table = await silent({ ...(granted('c-2') as object), afterMs: 4000 } as Reply);
    old(table).lives = true;
    old(table).flows = false;
    await table.clock.advance(4100 + 350);
    expect(table.sdk().answered).toBe('answer for c-2');
  });
});

describe('a replacement', () => {
  test('detaches the old input first, applies, and closes the old connection as soon as the call returns', async () => {
    const order: string[] = [];
    const table = createTable({
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
    await table.playing();
    table.replies.push(granted('c-2'));
    old(table).lives = false;
    await table.clock.advance(2500);
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
    const table = createTable({
      made(sdk) {
        if (sdk.name === 'offer 2') sdk.processSignalResponse = () => Promise.reject(new Error('no module'));
      },
    });
    await table.playing();
    table.replies.push(granted('c-2'), 'hangs');
    old(table).lives = false;
    await table.clock.advance(3000);
    expect(table.told('no_picture')).toHaveLength(1);
    expect(table.sdks.map(({ closed }) => closed)).toEqual([false, true, false]);
    expect(table.calls[2]?.body).toMatchObject({ previousConnectionId: 'c-2', signalRequest: 'offer 3' });
    old(table).lives = true;
    await table.clock.advance(200);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test('that the browser began and then failed closes the old connection all the same', async () => {
    const table = createTable({
      made(sdk) {
        if (sdk.name !== 'offer 2') return;
        sdk.processSignalResponse = async () => {
          sdk.connection.connectionState('connecting');
          throw new Error('late');
        };
      },
    });
    await table.playing();
    table.replies.push(granted('c-2'), 'hangs');
    old(table).lives = false;
    await table.clock.advance(3000);
    expect(table.sdks.map(({ closed }) => closed)).toEqual([true, true, false]);
    expect(table.stream.state).toMatchObject({ name: 'reconnecting', healing: false });
  });
});

describe('a refusal for good', () => {
  const takenOver = refused(409, 'taken_over', 'never');

  test('ends the requests, but not a connection that comes back within twelve seconds', async () => {
    const table = await silent(takenOver);
    await table.clock.advance(11_000);
    expect(table.stream.state).toMatchObject({ name: 'reconnecting', healing: true });
    expect(table.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    old(table).lives = true;
    await table.clock.advance(30_000);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    expect(table.calls).toHaveLength(2);
  });

  test('ends the stream when the connection stays silent for twelve more seconds', async () => {
    const table = await silent(takenOver);
    await table.clock.advance(11_900);
    expect(table.stream.state.name).toBe('reconnecting');
    await table.clock.advance(500);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'taken_over', by: 'device' });
    expect(table.sdks.every(({ closed }) => closed)).toBe(true);
    expect(table.clock.pending()).toBe(0);
  });

  test('ends the stream as soon as the connection has died', async () => {
    const table = await silent(takenOver);
    await table.clock.advance(3000);
    old(table).connection.connectionState('failed');
    await table.clock.advance(0);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'taken_over' });
  });

  test('does not end a stream that plays again', async () => {
    const table = await silent({ ...(takenOver as object), afterMs: 2000 } as Reply);
    old(table).lives = true;
    await table.clock.advance(30_000);
    expect(table.told('refused')).toHaveLength(1);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test.each([undefined, 'token'])(
    'of the player’s token (%s) ends the asking in the same way',
    async (next) => {
      const table = createTable({ getAccessToken: ({ rejected }) => (rejected ? next : 'token') });
      await table.playing();
      table.replies.push({ status: 401, body: { message: 'Unauthorized' } });
      old(table).lives = false;
      await table.clock.advance(5000);
      expect(table.stream.state.name).toBe('reconnecting');
      old(table).lives = true;
      await table.clock.advance(200);
      expect(table.stream.state.name).toBe('connected');
    },
  );
});

describe('a server disconnect', () => {
  test.each(['idle', 'terminated'])(
    '%s on a silent connection ends the stream before anything was asked',
    async (reason) => {
      const table = await silent('hangs');
      old(table).connection.serverDisconnect(reason);
      expect(table.stream.state).toMatchObject({ name: 'ended', reason });
      expect(table.sdks.every(({ closed }) => closed)).toBe(true);
    },
  );

  test('on the new connection ends the stream', async () => {
    const table = await silent('hangs');
    await table.clock.advance(500);
    table.sdk().connection.serverDisconnect('terminated');
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'terminated' });
    expect(table.sdks.every(({ closed }) => closed)).toBe(true);
  });

  test('terminated on a replaced old connection does not end the stream: the client asks the API', async () => {
    const table = await silent({ ...(granted('c-2') as object), afterMs: 1000 } as Reply);
    await table.clock.advance(700);
    old(table).connection.serverDisconnect('terminated');
    await table.clock.advance(1000);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });
});

describe('a network whose downlink is dead', () => {
  const status = () => (table: Table) => (table.calls.at(-1)?.method === 'GET' ? STILL_CONNECTED : CONNECTED);

  async function lasting(ms: number, answers: boolean): Promise<Table> {
    const table = createTable();
    await table.playing();
    const reply = status();
    table.replies.push(
      ...Array.from({ length: 60 }, () => () => (answers ? reply(table) : 'unreachable') as Reply),
    );
    old(table).lives = false;
    await table.clock.advance(ms);
    return table;
  }

  test('makes the client close the connection after twelve seconds in which AWS saw it', async () => {
    const table = await lasting(11_900, true);
    expect(old(table).closed).toBe(false);
    await table.clock.advance(500);
    expect(old(table).closed).toBe(true);
    expect(table.stream.state).toMatchObject({ name: 'reconnecting', healing: false });
    table.replies.length = 0;
    table.replies.push(
      { status: 200, body: { streamSession: { ...session, status: 'PENDING_CLIENT_RECONNECTION' } } },
      granted('c-2'),
    );
    await table.clock.advance(1600);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });

  test('is not assumed while the API is unreachable, since the whole network is dark then', async () => {
    const table = await lasting(30_000, false);
    expect(old(table).closed).toBe(false);
    old(table).lives = true;
    await table.clock.advance(200);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });

  test('is not assumed from a status that is older than the API’s outage', async () => {
    const table = await lasting(5000, true);
    table.replies.length = 0;
    table.replies.push(...Array<Reply>(60).fill('unreachable'));
    await table.clock.advance(15_000);
    expect(old(table).closed).toBe(false);
  });
});

describe('a refusal for good to a player whose downlink is dead', () => {
  test('ends the stream when the old connection is closed', async () => {
    const ready: Reply = {
      status: 200,
      body: { streamSession: { ...session, status: 'PENDING_CLIENT_RECONNECTION' } },
    };
    const looks = Array<Reply>(4).fill(STILL_CONNECTED);
    const table = await silent(
      CONNECTED,
      ...looks,
      CONNECTED,
      STILL_CONNECTED,
      ready,
      refused(409, 'taken_over', 'never'),
    );
    await table.clock.advance(30_000);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'taken_over' });
    expect(table.clock.pending()).toBe(0);
  });
});

describe('input', () => {
  test('is detached while the stream is lost, and attached again on the connection that plays', async () => {
    const table = await silent('hangs');
    expect(table.sdks.map(({ attached }) => attached)).toEqual([false, false]);
    old(table).lives = true;
    await table.clock.advance(200);
    expect(table.sdks.map(({ attached }) => attached)).toEqual([true, false]);
  });

  test('that returns to the same connection is reset first, so that no key stays down', async () => {
    const table = await silent('hangs');
    const done: string[] = [];
    old(table).attachInput = () => void done.push('attach');
    old(table).detachInput = () => void done.push('detach');
    old(table).lives = true;
    await table.clock.advance(200);
    expect(done).toEqual(['attach', 'detach', 'attach']);
  });

  test('that the page attaches itself is left alone', async () => {
    const table = createTable({ attachInput: false });
    await table.playing();
    const done: string[] = [];
    old(table).attachInput = () => void done.push('attach');
    old(table).detachInput = () => void done.push('detach');
    old(table).lives = false;
    await table.clock.advance(2500);
    old(table).lives = true;
    await table.clock.advance(500);
    expect(table.told('healed')).toHaveLength(1);
    expect(done).toEqual([]);
  });
});

describe('a healed stream', () => {
  test('that is lost again soon continues the same loss: event, state and attempt number', async () => {
    const table = await silent('unreachable', 'unreachable', 'hangs');
    await table.clock.advance(1000);
    old(table).lives = true;
    await table.clock.advance(1000);
    old(table).lives = false;
    await table.clock.advance(2100);
    expect(table.names()).toEqual(['connecting', 'connected', 'reconnecting', 'connected', 'reconnecting']);
    expect(table.told('lost').map(({ why }) => why)).toEqual(['silence', 'silence']);
    expect(table.told('asked').length).toBeGreaterThan(2);
    const attempts = table.told('asked').map(({ attempt }) => attempt);
    expect(attempts.slice(1)).toEqual(attempts.slice(1).map((_, index) => index + 1));
  });

  test('that dies soon after is closed, and another connection is requested', async () => {
    const ready: Reply = {
      status: 200,
      body: { streamSession: { ...session, status: 'PENDING_CLIENT_RECONNECTION' } },
    };
    const table = await silent(CONNECTED, ready, granted('c-2'));
    await table.clock.advance(500);
    old(table).lives = true;
    await table.clock.advance(1000);
    old(table).connection.connectionState('failed');
    await table.clock.advance(6000);
    expect(old(table).closed).toBe(true);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });

  test('is suspected after a silence like any other stream', async () => {
    const table = await silent('hangs');
    old(table).lives = true;
    await table.clock.advance(500);
    old(table).lives = false;
    await table.clock.advance(1000);
    expect(table.told('suspected')).toHaveLength(2);
    expect(table.stream.state.name).toBe('connected');
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
  const oldApi = (table: Table, then: Reply) => () =>
    'silentMs' in (table.calls.at(-1)?.body ?? {}) ? unknownField : then;

  test('gets the request again without silentMs, and the player does not wait', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(oldApi(table, granted('c-2')), oldApi(table, granted('c-2')));
    old(table).lives = false;
    await table.clock.advance(2200);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    const [, first, second] = table.calls;
    expect(first?.body).toHaveProperty('silentMs');
    expect(second?.body).toEqual({ signalRequest: 'offer 2', previousConnectionId: 'c-1' });
    expect(second?.at).toBe(first?.at);
    expect(second?.key).not.toBe(first?.key);
    expect(table.told('refused')).toEqual([]);
    // The client remembers that: the next loss costs one request.
    table.replies.push(oldApi(table, granted('c-3')));
    table.sdk().lives = false;
    await table.clock.advance(2300);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
    expect(table.calls).toHaveLength(4);
  });

  test('that refuses another field gets no second request', async () => {
    const other = refused(400, 'invalid_request', 'never', { detail: 'signalRequest: is too long' });
    const table = createTable();
    await table.playing();
    table.replies.push(other);
    old(table).connection.channelError(new Event('error'));
    await table.clock.advance(1000);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'refused', code: 'invalid_request' });
    expect(table.calls).toHaveLength(2);
  });

  test('silentMs is whole milliseconds, an hour at most, and only a reconnect after a loss has it', async () => {
    const table = createTable();
    await table.playing();
    expect(table.calls[0]?.body).not.toHaveProperty('silentMs');
    table.replies.push(granted('c-2'));
    old(table).lives = false;
    await table.clock.sleep(5 * 3_600_000);
    await table.clock.advance(3000);
    const { silentMs } = table.calls[1]?.body ?? {};
    expect(Number.isInteger(silentMs)).toBe(true);
    expect(silentMs).toBeLessThanOrEqual(3_600_000);
  });
});
