import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, createTable, refuse, session } from './fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets timers and promises run for so long. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('starting', () => {
  test('a session that takes its time is polled until it has an answer, and plays', async () => {
    const table = createTable();
    const pending = { body: { streamSession: { ...session, status: 'ACTIVATING' } } };
    table.replies.push({ body: { streamSessions: [] } }, { body: { ...pending.body, connectionId: 'c-1' } });
    table.replies.push(pending, answer('c-1'));
    await table.play.begin('alice');

    const started = table.play.start();
    await pass(2500);
    await started;

    expect(table.calls.map(({ route }) => route)).toEqual(['mine', 'start', 'status', 'status']);
    expect(table.stream().answered).toBe('answer for c-1');
    expect(table.states).toEqual(['ready', 'connecting', 'connected']);
  });

  test('a session that fails while it is placed is over, with what to do', async () => {
    const table = createTable();
    const failed = { streamSession: { ...session, status: 'ERROR', statusReason: 'placementTimeout' } };
    table.replies.push({ body: { streamSessions: [] } }, { body: failed });
    await table.play.begin('alice');

    await table.play.start();

    expect(table.model()).toMatchObject({ state: 'ended', session: undefined });
    expect(table.model().news).toContain('No machine was free in time');
  });

  test('a player with a live session is offered that one instead of an error', async () => {
    const table = createTable();
    table.replies.push({ body: { streamSessions: [] } }, refuse('session_limit_reached', 'never'));
    table.replies.push({ body: { streamSessions: [session] } });
    await table.play.begin('alice');

    await table.play.start();

    expect(table.model()).toMatchObject({ state: 'ready', session, failed: false });
  });

  test('pressing Start while a start is under way starts nothing more', async () => {
    const table = createTable();
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof answer>>();
    table.replies.push({ body: { streamSessions: [] } }, () => promise, answer('c-2'));
    await table.play.begin('alice');

    const first = table.play.start();
    await pass(10);
    await table.play.start();
    resolve(answer('c-1'));
    await first;

    expect(table.calls.map(({ route }) => route)).toEqual(['mine', 'start']);
    expect(table.stream().answered).toBe('answer for c-1');
  });
});

describe('a loss', () => {
  test('packets that vanish are noticed and the player is back by itself, with the counter to prove it', async () => {
    const table = createTable();
    await table.playing();
    await table.play.cut('blackhole');
    table.stream().flows = false;
    table.replies.push(answer('c-2'));

    await pass(2500);
    table.stream().say({ type: 'state', counter: 137 });

    expect(table.cuts).toEqual(['blackhole']);
    expect(table.states).toEqual(['ready', 'connecting', 'connected', 'lost', 'reconnecting', 'connected']);
    expect(table.streams[0]?.closed).toBe(true);
    expect(table.model().moments.map(({ kind }) => kind)).toEqual([
      'cut',
      'noticed',
      'asked',
      'answered',
      'frame',
    ]);
    expect(table.model().lastReturn).toMatch(/counter went on: 100 → 137, nothing lost\.$/);
  });

  test.each([
    [
      'a data channel that fails',
      (table: ReturnType<typeof createTable>) => table.stream().events.channelError(),
    ],
    [
      'the browser’s word',
      (table: ReturnType<typeof createTable>) => table.stream().events.connectionState('failed'),
    ],
  ])('%s is a loss at once', async (_what, happen) => {
    const table = createTable();
    await table.playing();
    table.play.setAutomatic(false);

    happen(table);

    expect(table.model().state).toBe('lost');
  });

  test('a stream that flows is left alone', async () => {
    const table = createTable();
    await table.playing();

    await pass(60_000);

    expect(table.model().state).toBe('connected');
    expect(table.streams).toHaveLength(1);
  });

  test('without the toggle the page waits for the player’s word', async () => {
    const table = createTable();
    await table.playing();
    table.play.setAutomatic(false);
    table.stream().events.channelError();
    await pass(60_000);
    expect(table.model().state).toBe('lost');
    expect(table.streams).toHaveLength(1);

    table.replies.push(answer('c-2'));
    await table.play.reconnect();

    expect(table.model().state).toBe('connected');
  });

  test('a counter that restarted is not called nothing lost', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(answer('c-2'));
    table.stream().events.channelError();
    await pass(100);

    table.stream().say({ type: 'state', counter: 3 });

    expect(table.model().lastReturn).toContain('the counter restarted: 100 → 3');
  });

  test('the old counter is never taken for the new connection’s', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(answer('c-2'));

    table.stream().events.channelError();
    await pass(100);

    expect(table.model()).toMatchObject({ state: 'connected', lastReturn: undefined });
  });

  test('what a connection says after it was left is nobody’s business', async () => {
    const table = createTable();
    await table.playing();
    const [old] = table.streams;
    table.replies.push(answer('c-2'));
    old?.events.channelError();
    await pass(100);

    old?.say({ type: 'state', counter: 9 });
    old?.events.serverDisconnect('terminated');
    old?.events.connectionState('closed');

    expect(table.model()).toMatchObject({ state: 'connected', counter: 100 });
  });

  test('an answered connection without a picture is tried anew with a new offer', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(answer('c-2'), answer('c-3'));
    table.stream().events.channelError();
    await pass(10);
    table.stream().flows = false;
    table.stream().frames = 0;

    await pass(11_000);

    expect(table.calls.at(-1)).toMatchObject({
      offer: { signalRequest: 'offer 3' },
      previousConnectionId: 'c-2',
    });
  });
});

describe('obeying the API', () => {
  async function lostWith(...replies: Parameters<ReturnType<typeof createTable>['replies']['push']>) {
    const table = createTable();
    await table.playing();
    table.replies.push(...replies);
    table.stream().events.channelError();
    await pass(0);
    return table;
  }
  const asked = (table: ReturnType<typeof createTable>) =>
    table.calls.filter(({ route }) => route === 'reconnect').map(({ offer }) => offer);

  test('same: exactly this request again, no sooner than told', async () => {
    const table = await lostWith(refuse('paced', 'same', { retryAfterMs: 3000 }), answer('c-2'));
    await pass(2900);
    expect(asked(table)).toHaveLength(1);

    await pass(1000);

    expect(asked(table)).toHaveLength(2);
    expect(asked(table)[1]).toEqual(asked(table)[0]);
    expect(table.model().state).toBe('connected');
  });

  test('newOffer: another offer under another key, on a connection of its own', async () => {
    const table = await lostWith(
      refuse('session_not_reconnectable', 'newOffer', { retryAfterMs: 1000 }),
      answer('c-2'),
    );

    await pass(2000);

    const [first, second] = asked(table);
    expect([first?.signalRequest, second?.signalRequest]).toEqual(['offer 2', 'offer 3']);
    expect(second?.idempotencyKey).not.toBe(first?.idempotencyKey);
    expect(table.streams.map(({ closed }) => closed)).toEqual([true, true, false]);
  });

  test('never: the API’s own sentence, and no further request', async () => {
    const table = await lostWith(refuse('broker_misconfigured', 'never', { detail: 'Tell the operator.' }));

    await pass(600_000);

    expect(table.model()).toMatchObject({ state: 'lost', news: 'Tell the operator.', failed: true });
    expect(asked(table)).toHaveLength(1);
  });

  test('an ended session is over, with AWS’s reason in words', async () => {
    const table = await lostWith(
      refuse('stream_session_ended', 'never', { statusReason: 'reconnectionTimeout' }),
    );

    expect(table.model().state).toBe('ended');
    expect(table.model().news).toContain('away longer than the session waits');
  });

  test('a page never waits for good: it gives up some time after the session’s own patience', async () => {
    const table = await lostWith(
      ...Array.from({ length: 100 }, () => refuse('paced', 'same', { retryAfterMs: 10_000 })),
    );

    await pass(600_000);

    expect(table.model()).toMatchObject({ state: 'lost', failed: true });
    expect(asked(table).length).toBeGreaterThan(10);
    expect(asked(table).length).toBeLessThan(17);
  });

  test('taken over: this tab stays out until the player insists, and then names no connection', async () => {
    const table = await lostWith(refuse('taken_over', 'never'));
    expect(table.model()).toMatchObject({ state: 'lost', takenOver: true });
    table.play.setAutomatic(true);
    await table.play.reconnect();
    expect(asked(table)).toHaveLength(1);

    table.replies.push(answer('c-9'));
    await table.play.resume();

    const last = table.calls.at(-1);
    expect(last?.route).toBe('reconnect');
    expect(last?.previousConnectionId).toBeUndefined();
    expect(table.model()).toMatchObject({ state: 'connected', takenOver: false });
  });

  test('each reconnect names the newest connection of this tab', async () => {
    const table = await lostWith(answer('c-2'), answer('c-3'));
    await pass(100);
    table.stream().events.channelError();
    await pass(100);

    const named = table.calls
      .filter(({ route }) => route === 'reconnect')
      .map((call) => call.previousConnectionId);
    expect(named).toEqual(['c-1', 'c-2']);
  });

  test('a sign-in that can’t be renewed leads back to Sign in', async () => {
    const error = Object.assign(new Error('Your sign-in has ended.'), { name: 'SignedOutError' });

    const table = await lostWith(error);

    expect(table.model()).toMatchObject({
      state: 'signed-out',
      news: 'Your sign-in has ended.',
      failed: true,
    });
  });
});

describe('coming back later', () => {
  test('a reloaded tab is offered its session and can tell that the counter went on', async () => {
    const table = createTable({ streamSessionId: 'ss-1', counter: 500 });
    table.replies.push({ body: { streamSessions: [session] } }, answer('c-2'));
    await table.play.begin('alice');
    expect(table.model()).toMatchObject({ state: 'ready', session });

    await table.play.resume();
    table.stream().say({ type: 'state', counter: 540 });

    expect(table.model().state).toBe('connected');
    expect(table.model().lastReturn).toContain('500 → 540, nothing lost');
  });

  test('nothing is offered before it is known whether there is a session, or a hasty Start is refused', async () => {
    const table = createTable();
    const { promise, resolve } = Promise.withResolvers<{ body: unknown }>();
    table.replies.push(() => promise);

    const beginning = table.play.begin('alice');
    expect(table.states).toEqual([]);
    resolve({ body: { streamSessions: [session] } });
    await beginning;

    expect(table.model()).toMatchObject({ state: 'ready', player: 'alice', session });
  });

  test('an API that can’t be asked for it is said, and a new session may be started', async () => {
    const table = createTable();
    table.replies.push(refuse('unreachable', 'same'));

    await table.play.begin('alice');

    expect(table.model()).toMatchObject({ state: 'ready', failed: true });
    expect(table.model().session).toBeUndefined();
    expect(table.model().news).toContain('Reload the page');
  });

  test('of several sessions the newest is offered', async () => {
    const table = createTable();
    const newer = { ...session, streamSessionId: 'ss-2', createdAt: '2026-01-02T00:00:00.000Z' };
    table.replies.push({ body: { streamSessions: [session, newer] } });

    await table.play.begin('alice');

    expect(table.model().session?.streamSessionId).toBe('ss-2');
  });
});

describe('ending', () => {
  test('a session that can’t be ended yet is ended as soon as it can', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(refuse('session_not_terminable', 'same', { retryAfterMs: 1000 }), { body: undefined });

    const ending = table.play.end();
    await pass(2000);
    await ending;

    expect(table.model()).toMatchObject({
      state: 'ended',
      session: undefined,
      news: 'You ended the session.',
    });
    expect(table.stream().closed).toBe(true);
  });

  test('a server’s goodbye is final: nobody reconnects to a session that was ended', async () => {
    const table = createTable();
    await table.playing();

    table.stream().events.serverDisconnect('idle');
    await pass(60_000);

    expect(table.model().state).toBe('ended');
    expect(table.model().news).toContain('Nobody played for an hour');
    expect(table.calls.filter(({ route }) => route === 'reconnect')).toEqual([]);
  });

  test('a cut that the emulator refuses is said, and nothing is made up in the timeline', async () => {
    const table = createTable();
    await table.playing();
    table.replies.push(new Error('The emulator can’t be reached.'));

    await table.play.cut('close');

    expect(table.model()).toMatchObject({ state: 'connected', failed: true, moments: [] });
  });
});
