import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { createPlayer, granted, listed, refused, session } from './fakes.ts';

const SESSION = '/v1/streamgroups/sg-1/streamsessions/ss-1';

describe('another device of the player', () => {
  test('that has taken over keeps the stream until the player insists here', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(refused(409, 'taken_over', 'never'));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(60_000);
    expect(player.stream.state).toEqual({ name: 'ended', session, reason: 'taken_over', by: 'device' });

    player.replies.push(listed(session), refused(409, 'taken_over', 'never'));
    void player.stream.resume();
    await player.clock.advance(1000);
    expect(player.calls.at(-1)?.body).toMatchObject({ previousConnectionId: 'c-1' });
    expect(player.stream.state).toMatchObject({ reason: 'taken_over' });

    // A resume that fails changes nothing.
    player.replies.push({ status: 403 }, listed(session), refused(409, 'taken_over', 'never'));
    void player.stream.resume();
    await player.clock.advance(1000);
    expect(player.stream.state).toMatchObject({ reason: 'refused', session });
    void player.stream.resume();
    await player.clock.advance(1000);
    expect(player.calls.at(-1)?.body).toMatchObject({ previousConnectionId: 'c-1' });

    player.replies.push(listed(session), granted('c-9'));
    void player.stream.resume({ insist: true });
    await player.clock.advance(1000);
    expect(player.calls.at(-1)?.body).not.toHaveProperty('previousConnectionId');
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-9' });
  });
});

describe('end', () => {
  test('ends the session for good and says so', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push({ status: 204 });
    const ended = player.stream.end();
    expect(player.stream.state).toEqual({ name: 'ending' });
    expect(player.sdk().closed).toBe(true);
    await player.clock.advance(10);
    expect(await ended).toEqual({ name: 'ended', session, reason: 'ended_by_player' });
    expect(player.calls.at(-1)).toMatchObject({ method: 'DELETE', path: SESSION });
    expect(player.clock.pending()).toBe(0);
  });

  test('is repeated while AWS sets the session up, and after failures', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(
      refused(409, 'session_not_terminable', 'same', { retryAfterMs: 2000 }),
      'unreachable',
      {
        status: 204,
      },
    );
    const ended = player.stream.end();
    await player.clock.advance(5000);
    expect(await ended).toMatchObject({ reason: 'ended_by_player' });
    expect(player.calls.slice(1).map(({ method }) => method)).toEqual(['DELETE', 'DELETE', 'DELETE']);
    expect(player.names()).toEqual(['connecting', 'connected', 'ending', 'ended']);
  });

  test.each([
    refused(410, 'stream_session_ended', 'never'),
    refused(404, 'stream_session_not_found', 'never'),
  ])('of a session that is over already succeeds', async (reply) => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(reply);
    const ended = player.stream.end();
    await player.clock.advance(10);
    expect(await ended).toMatchObject({ reason: 'ended_by_player' });
  });

  test('gives up after half a minute, and can be called again', async () => {
    const player = createPlayer();
    await player.playing();
    const ended = player.stream.end();
    await player.clock.advance(30_000);
    expect(await ended).toMatchObject({ name: 'ended', session, reason: 'expired', code: 'timeout' });
    player.replies.length = 0;
    player.replies.push({ status: 204 });
    void player.stream.end();
    await player.clock.advance(10);
    expect(player.stream.state).toMatchObject({ reason: 'ended_by_player' });
    expect(player.calls.at(-1)).toMatchObject({ method: 'DELETE', path: SESSION });
  });

  test('without a connection ends the newest live session', async () => {
    const player = createPlayer();
    player.replies.push(listed(session), { status: 204 });
    const ended = player.stream.end();
    await player.clock.advance(10);
    expect(await ended).toMatchObject({ reason: 'ended_by_player', session });
    player.replies.push(listed());
    void player.stream.end();
    await player.clock.advance(10);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'no_session' });
  });

  test('while reconnecting stops the attempt at once, so that never two requests are in flight', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push('hangs', { status: 204 });
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(500);
    const ended = player.stream.end();
    await player.clock.advance(500);
    expect(await ended).toMatchObject({ reason: 'ended_by_player' });
    expect(player.inFlight.most).toBe(1);
  });

  test('settles a pending start', async () => {
    const player = createPlayer();
    player.replies.push('hangs', listed());
    const started = player.stream.start();
    await player.clock.advance(10);
    void player.stream.end();
    await player.clock.advance(10);
    expect(await started).toMatchObject({ name: 'ended', reason: 'no_session' });
  });

  test('makes a start wait that comes too early', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push({ status: 204, afterMs: 500 }, granted('c-2'));
    void player.stream.end();
    await player.clock.advance(100);
    void player.stream.end();
    const started = player.stream.start();
    await player.clock.advance(1000);
    expect(await started).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(player.calls.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST']);
  });
});

describe('close', () => {
  test('leaves the session alive, and nothing behind', async () => {
    const player = createPlayer();
    await player.playing();
    player.stream.close();
    expect(player.stream.state).toEqual({ name: 'ended', session, reason: 'closed' });
    expect(player.sdk().closed).toBe(true);
    expect(player.stream.sdk).toBeUndefined();
    expect(player.listeners.size).toBe(0);
    await player.clock.advance(0);
    expect(player.clock.pending()).toBe(0);
    await player.clock.advance(60_000);
    expect(player.calls).toHaveLength(1);
  });

  test.each<[string, number, boolean]>([
    ['while a request is under way', 300, true],
    ['while it waits', 100, false],
  ])('%s stops at once', async (_what, after, hangs) => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(
      hangs ? 'hangs' : refused(503, 'paced', 'same', { retryAfterMs: 9000, queuePosition: 2 }),
    );
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(after);
    player.stream.close();
    expect(player.stream.state).toMatchObject({ reason: 'closed' });
    await player.clock.advance(60_000);
    expect(player.stream.state).toMatchObject({ reason: 'closed' });
    expect(player.calls).toHaveLength(2);
    expect(player.inFlight.now).toBe(0);
    expect(player.clock.pending()).toBe(0);
  });

  test('and start again work, as in React’s strict mode', async () => {
    const player = createPlayer();
    player.replies.push(granted('c-1'));
    const first = player.stream.start();
    player.stream.close();
    const second = player.stream.start();
    await player.clock.advance(100);
    expect(await first).toMatchObject({ reason: 'closed' });
    expect(await second).toMatchObject({ name: 'connected' });
    expect(player.calls).toHaveLength(1);
    expect(player.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  test('inside a listener is final: no state follows', async () => {
    for (const at of ['connecting', 'connected', 'reconnecting'] as const) {
      const player = createPlayer({
        onState: (state) => {
          if (state.name === at) player.stream.close();
        },
      });
      await player.playing();
      player.replies.push(granted('c-2'));
      if (at === 'reconnecting') player.sdk().connection.channelError(new Event('error'));
      await player.clock.advance(60_000);
      expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'closed' });
      expect(player.sdks.every(({ closed }) => closed)).toBe(true);
      expect(player.clock.pending()).toBe(0);
    }
  });

  test('between a state and its request prevents the request and its event', async () => {
    const player = createPlayer({
      onState: (state) => {
        if (state.name === 'connecting' && state.attempt === 1) player.stream.close();
      },
    });
    await player.playing();
    expect(player.calls).toEqual([]);
    expect(player.eventsOf('asked')).toEqual([]);
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
    const player = createPlayer({
      onEvent({ name }) {
        if (closed) after.push(name);
        if (name !== at) return;
        closed = true;
        player.stream.close();
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
    await player.playing();
    player.replies.push(
      refused(503, 'paced', 'same', { retryAfterMs: 500, queuePosition: 1 }),
      granted('c-2'),
    );
    if (player.sdks[0]) player.sdks[0].lives = false;
    await player.clock.advance(2000);
    if (player.sdks[0]) player.sdks[0].lives = at === 'healed';
    await player.clock.advance(200_000);
    expect(closed).toBe(true);
    expect(after).toEqual([]);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'closed' });
    expect(player.clock.pending()).toBe(0);
    expect(player.sdks.every((sdk) => sdk.closed)).toBe(true);
  });

  test('also ends a running find()', async () => {
    const player = createPlayer();
    const found = player.stream.find().catch((error) => error.ending);
    await player.clock.advance(10);
    player.stream.close();
    expect(await found).toEqual({ reason: 'closed' });
    expect(player.clock.pending()).toBe(0);
  });
});

describe('the caller’s signal', () => {
  test('ends an attempt, and later the stream', async () => {
    for (const after of [0, 100]) {
      const player = createPlayer();
      const controller = new AbortController();
      player.replies.push(after === 0 ? 'hangs' : granted('c-1'));
      void player.stream.start({}, { signal: controller.signal });
      await player.clock.advance(after);
      controller.abort();
      expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'aborted' });
      expect(player.sdk().closed).toBe(true);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      await player.clock.advance(0);
      expect(player.clock.pending()).toBe(0);
    }
  });

  test('has no listener left when the stream has ended', async () => {
    const player = createPlayer();
    const { signal } = new AbortController();
    player.replies.push(granted('c-1'));
    void player.stream.start({}, { signal });
    await player.clock.advance(100);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    player.stream.close();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('that is already aborted prevents every request', async () => {
    const player = createPlayer();
    const signal = AbortSignal.abort();
    expect(await player.stream.start({}, { signal })).toMatchObject({ reason: 'aborted' });
    expect(await player.stream.resume({ signal })).toMatchObject({ reason: 'aborted' });
    expect(await player.stream.end({ signal })).toMatchObject({ reason: 'aborted' });
    await expect(player.stream.find({ signal })).rejects.toMatchObject({ ending: { reason: 'aborted' } });
    expect(player.calls).toEqual([]);
    expect(player.clock.pending()).toBe(0);
    expect(player.listeners.size).toBe(0);
  });
});

describe('the page gets', () => {
  test('a state only when something has changed, each as an object of its own', async () => {
    const player = createPlayer();
    await player.playing();
    await player.clock.advance(60_000);
    expect(player.states.length).toBeGreaterThan(2);
    expect(new Set(player.states.map((state) => JSON.stringify(state))).size).toBe(player.states.length);
    expect(player.stream.state).toBe(player.states.at(-1));
  });

  test('no state after it has unsubscribed', async () => {
    const player = createPlayer();
    const heard: string[] = [];
    const unsubscribe = player.stream.subscribe(({ name }) => heard.push(name));
    player.replies.push(granted('c-1'));
    void player.stream.start();
    unsubscribe();
    await player.clock.advance(100);
    expect(heard).toEqual(['connecting']);
    expect(player.stream.state.name).toBe('connected');
  });

  test('every state although another listener throws', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const player = createPlayer({
      onState() {
        throw new Error('a defect of the page');
      },
      onEvent() {
        throw new Error('another');
      },
    });
    const heard: string[] = [];
    player.stream.subscribe(({ name }) => heard.push(name));
    await player.playing();
    expect(heard).toContain('connected');
    expect(logged).toHaveBeenCalled();
    logged.mockRestore();
  });

  test('an error at once where the API’s address is no URL', () => {
    expect(() => createPlayer({ api: 'api.example' })).toThrow(TypeError);
  });
});
