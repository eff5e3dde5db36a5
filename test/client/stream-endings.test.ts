import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { createTable, granted, listed, refused, session } from './fakes.ts';

const SESSION = '/v1/streamgroups/sg-1/streamsessions/ss-1';

describe('another device of the player', () => {
  test('that has taken over keeps the stream until the player insists here', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(refused(409, 'taken_over', 'never'));
    table.sdk().connection.channelError(new Event('error'));
    await table.clock.advance(60_000);
    expect(table.stream.state).toEqual({ name: 'ended', session, reason: 'taken_over', by: 'device' });

    table.replies.push(listed(session), refused(409, 'taken_over', 'never'));
    void table.stream.resume();
    await table.clock.advance(1000);
    expect(table.calls.at(-1)?.body).toMatchObject({ previousConnectionId: 'c-1' });
    expect(table.stream.state).toMatchObject({ reason: 'taken_over' });

    // A resume that fails changes nothing.
    table.replies.push({ status: 403 }, listed(session), refused(409, 'taken_over', 'never'));
    void table.stream.resume();
    await table.clock.advance(1000);
    expect(table.stream.state).toMatchObject({ reason: 'refused', session });
    void table.stream.resume();
    await table.clock.advance(1000);
    expect(table.calls.at(-1)?.body).toMatchObject({ previousConnectionId: 'c-1' });

    table.replies.push(listed(session), granted('c-9'));
    void table.stream.resume({ insist: true });
    await table.clock.advance(1000);
    expect(table.calls.at(-1)?.body).not.toHaveProperty('previousConnectionId');
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-9' });
  });
});

describe('end', () => {
  test('ends the session for good and says so', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push({ status: 204 });
    const ended = table.stream.end();
    expect(table.stream.state).toEqual({ name: 'ending' });
    expect(table.sdk().closed).toBe(true);
    await table.clock.advance(10);
    expect(await ended).toEqual({ name: 'ended', session, reason: 'ended_by_player' });
    expect(table.calls.at(-1)).toMatchObject({ method: 'DELETE', path: SESSION });
    expect(table.clock.pending()).toBe(0);
  });

  test('is repeated while AWS sets the session up, and after failures', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(
      refused(409, 'session_not_terminable', 'same', { retryAfterMs: 2000 }),
      'unreachable',
      {
        status: 204,
      },
    );
    const ended = table.stream.end();
    await table.clock.advance(5000);
    expect(await ended).toMatchObject({ reason: 'ended_by_player' });
    expect(table.calls.slice(1).map(({ method }) => method)).toEqual(['DELETE', 'DELETE', 'DELETE']);
    expect(table.names()).toEqual(['connecting', 'connected', 'ending', 'ended']);
  });

  test.each([
    refused(410, 'stream_session_ended', 'never'),
    refused(404, 'stream_session_not_found', 'never'),
  ])('of a session that is over already succeeds', async (reply) => {
    const table = createTable();
    await table.playing();
    table.replies.push(reply);
    const ended = table.stream.end();
    await table.clock.advance(10);
    expect(await ended).toMatchObject({ reason: 'ended_by_player' });
  });

  test('gives up after half a minute, and can be called again', async () => {
    const table = createTable();
    await table.playing();
    const ended = table.stream.end();
    await table.clock.advance(30_000);
    expect(await ended).toMatchObject({ name: 'ended', session, reason: 'expired', code: 'timeout' });
    table.replies.length = 0;
    table.replies.push({ status: 204 });
    void table.stream.end();
    await table.clock.advance(10);
    expect(table.stream.state).toMatchObject({ reason: 'ended_by_player' });
    expect(table.calls.at(-1)).toMatchObject({ method: 'DELETE', path: SESSION });
  });

  test('without a connection ends the newest live session', async () => {
    const table = createTable();
    table.replies.push(listed(session), { status: 204 });
    const ended = table.stream.end();
    await table.clock.advance(10);
    expect(await ended).toMatchObject({ reason: 'ended_by_player', session });
    table.replies.push(listed());
    void table.stream.end();
    await table.clock.advance(10);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'no_session' });
  });

  test('while reconnecting stops the attempt at once, so that never two requests are in flight', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push('hangs', { status: 204 });
    table.sdk().connection.channelError(new Event('error'));
    await table.clock.advance(500);
    const ended = table.stream.end();
    await table.clock.advance(500);
    expect(await ended).toMatchObject({ reason: 'ended_by_player' });
    expect(table.inFlight.most).toBe(1);
  });

  test('settles a pending start', async () => {
    const table = createTable();
    table.replies.push('hangs', listed());
    const started = table.stream.start();
    await table.clock.advance(10);
    void table.stream.end();
    await table.clock.advance(10);
    expect(await started).toMatchObject({ name: 'ended', reason: 'no_session' });
  });

  test('makes a start wait that comes too early', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push({ status: 204, afterMs: 500 }, granted('c-2'));
    void table.stream.end();
    await table.clock.advance(100);
    void table.stream.end();
    const started = table.stream.start();
    await table.clock.advance(1000);
    expect(await started).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(table.calls.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST']);
  });
});

describe('close', () => {
  test('leaves the session alive, and nothing behind', async () => {
    const table = createTable();
    await table.playing();
    table.stream.close();
    expect(table.stream.state).toEqual({ name: 'ended', session, reason: 'closed' });
    expect(table.sdk().closed).toBe(true);
    expect(table.stream.sdk).toBeUndefined();
    expect(table.listeners.size).toBe(0);
    await table.clock.advance(0);
    expect(table.clock.pending()).toBe(0);
    await table.clock.advance(60_000);
    expect(table.calls).toHaveLength(1);
  });

  test.each<[string, number, boolean]>([
    ['while a request is under way', 300, true],
    ['while it waits', 100, false],
  ])('%s stops at once', async (_what, after, hangs) => {
    const table = createTable();
    await table.playing();
    table.replies.push(
      hangs ? 'hangs' : refused(503, 'paced', 'same', { retryAfterMs: 9000, queuePosition: 2 }),
    );
    table.sdk().connection.channelError(new Event('error'));
    await table.clock.advance(after);
    table.stream.close();
    expect(table.stream.state).toMatchObject({ reason: 'closed' });
    await table.clock.advance(60_000);
    expect(table.stream.state).toMatchObject({ reason: 'closed' });
    expect(table.calls).toHaveLength(2);
    expect(table.inFlight.now).toBe(0);
    expect(table.clock.pending()).toBe(0);
  });

  test('and start again work, as in React’s strict mode', async () => {
    const table = createTable();
    table.replies.push(granted('c-1'));
    const first = table.stream.start();
    table.stream.close();
    const second = table.stream.start();
    await table.clock.advance(100);
    expect(await first).toMatchObject({ reason: 'closed' });
    expect(await second).toMatchObject({ name: 'connected' });
    expect(table.calls).toHaveLength(1);
    expect(table.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  test('inside a listener is final: no state follows', async () => {
    for (const at of ['connecting', 'connected', 'reconnecting'] as const) {
      const table = createTable({
        onState: (state) => {
          if (state.name === at) table.stream.close();
        },
      });
      await table.playing();
      table.replies.push(granted('c-2'));
      if (at === 'reconnecting') table.sdk().connection.channelError(new Event('error'));
      await table.clock.advance(60_000);
      expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'closed' });
      expect(table.sdks.every(({ closed }) => closed)).toBe(true);
      expect(table.clock.pending()).toBe(0);
    }
  });

  test('between a state and its request prevents the request and its event', async () => {
    const table = createTable({
      onState: (state) => {
        if (state.name === 'connecting' && state.attempt === 1) table.stream.close();
      },
    });
    await table.playing();
    expect(table.calls).toEqual([]);
    expect(table.told('asked')).toEqual([]);
  });

  test.each([
    'suspected',
    'lost',
    'healed',
    'asked',
    'refused',
    'answered',
    'first_frame',
    'no_picture',
    'input_failed',
  ] as const)('on hearing “%s” holds: nothing follows it, nothing is left', async (at) => {
    const after: unknown[] = [];
    let closed = false;
    const table = createTable({
      onEvent({ name }) {
        if (closed) after.push(name);
        if (name !== at) return;
        closed = true;
        table.stream.close();
      },
      onState(state) {
        if (closed && state.name !== 'ended') after.push(state);
      },
      made(sdk) {
        if (at === 'no_picture' || at === 'input_failed') {
          const fails = () => {
            throw new Error('not now');
          };
          if (at === 'no_picture') sdk.processSignalResponse = async () => fails();
          else sdk.attachInput = fails;
        }
      },
    });
    await table.playing();
    table.replies.push(
      refused(503, 'paced', 'same', { retryAfterMs: 500, queuePosition: 1 }),
      granted('c-2'),
    );
    if (table.sdks[0]) table.sdks[0].lives = false;
    await table.clock.advance(2000);
    if (table.sdks[0]) table.sdks[0].lives = at === 'healed';
    await table.clock.advance(200_000);
    expect(closed).toBe(true);
    expect(after).toEqual([]);
    expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'closed' });
    expect(table.clock.pending()).toBe(0);
    expect(table.sdks.every((sdk) => sdk.closed)).toBe(true);
  });

  test('also ends a running find()', async () => {
    const table = createTable();
    const found = table.stream.find().catch((error) => error.ending);
    await table.clock.advance(10);
    table.stream.close();
    expect(await found).toEqual({ reason: 'closed' });
    expect(table.clock.pending()).toBe(0);
  });
});

describe('the caller’s signal', () => {
  test('ends an attempt, and later the stream', async () => {
    for (const after of [0, 100]) {
      const table = createTable();
      const controller = new AbortController();
      table.replies.push(after === 0 ? 'hangs' : granted('c-1'));
      void table.stream.start({}, { signal: controller.signal });
      await table.clock.advance(after);
      controller.abort();
      expect(table.stream.state).toMatchObject({ name: 'ended', reason: 'aborted' });
      expect(table.sdk().closed).toBe(true);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      await table.clock.advance(0);
      expect(table.clock.pending()).toBe(0);
    }
  });

  test('has no listener left when the stream has ended', async () => {
    const table = createTable();
    const { signal } = new AbortController();
    table.replies.push(granted('c-1'));
    void table.stream.start({}, { signal });
    await table.clock.advance(100);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    table.stream.close();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('that is already aborted prevents every request', async () => {
    const table = createTable();
    const signal = AbortSignal.abort();
    expect(await table.stream.start({}, { signal })).toMatchObject({ reason: 'aborted' });
    expect(await table.stream.resume({ signal })).toMatchObject({ reason: 'aborted' });
    expect(await table.stream.end({ signal })).toMatchObject({ reason: 'aborted' });
    await expect(table.stream.find({ signal })).rejects.toMatchObject({ ending: { reason: 'aborted' } });
    expect(table.calls).toEqual([]);
    expect(table.clock.pending()).toBe(0);
    expect(table.listeners.size).toBe(0);
  });
});

describe('the page gets', () => {
  test('a state only when something has changed, each as an object of its own', async () => {
    const table = createTable();
    await table.playing();
    await table.clock.advance(60_000);
    expect(table.states.length).toBeGreaterThan(2);
    expect(new Set(table.states.map((state) => JSON.stringify(state))).size).toBe(table.states.length);
    expect(table.stream.state).toBe(table.states.at(-1));
  });

  test('no state after it has unsubscribed', async () => {
    const table = createTable();
    const heard: string[] = [];
    const unsubscribe = table.stream.subscribe(({ name }) => heard.push(name));
    table.replies.push(granted('c-1'));
    void table.stream.start();
    unsubscribe();
    await table.clock.advance(100);
    expect(heard).toEqual(['connecting']);
    expect(table.stream.state.name).toBe('connected');
  });

  test('every state although another listener throws', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const table = createTable({
      onState() {
        throw new Error('a defect of the page');
      },
      onEvent() {
        throw new Error('another');
      },
    });
    const heard: string[] = [];
    table.stream.subscribe(({ name }) => heard.push(name));
    await table.playing();
    expect(heard).toContain('connected');
    expect(told).toHaveBeenCalled();
    told.mockRestore();
  });

  test('an error at once where the API’s address is no URL', () => {
    expect(() => createTable({ api: 'api.example' })).toThrow(TypeError);
  });
});
