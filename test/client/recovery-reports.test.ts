import { describe, expect, test } from 'vitest';
import { createPlayer, granted, listed, REPORTED_WITHIN_MS, refused, session } from './fakes.ts';
import { createVirtualClock } from './virtual-clock.ts';
import { blackout, World } from './world.ts';

type TestPlayer = ReturnType<typeof createPlayer>;

/** The stream is lost, and a new connection plays after so many milliseconds. */
async function replaced(player: TestPlayer, connectionId: string, afterMs = 400): Promise<void> {
  const reply = granted(connectionId);
  player.replies.push(typeof reply === 'string' ? reply : { ...reply, afterMs });
  player.sdk().connection.channelError(new Event('error'));
  await player.clock.advance(afterMs + 200);
  expect(player.stream.state).toMatchObject({ name: 'connected', connectionId });
}

async function lostFor(player: TestPlayer, ms: number): Promise<void> {
  player.sdk().connection.channelError(new Event('error'));
  await player.clock.advance(ms);
  expect(player.stream.state.name).toBe('reconnecting');
}

const CHOICES = {
  afterAnswer: 'cut',
  afterLoss: 'resumes',
  whileConnected: 'refuse',
  noticeMs: 15_000,
  replacedHears: 'nothing',
} as const;

describe('a report says what a player felt:', () => {
  test('a new connection replaced the lost one', async () => {
    const player = createPlayer();
    await player.playing();
    await replaced(player, 'c-2');
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.reports).toHaveLength(1);
    const [report] = player.reports;
    expect(report).toMatchObject({
      method: 'POST',
      path: '/v1/streamgroups/sg-1/streamsessions/ss-1/recoveries',
      token: 'token',
      contentType: 'application/json',
    });
    const { silentMs, agoMs, ...rest } = report?.body ?? {};
    expect(rest).toEqual({ outcome: 'replaced', why: 'channel_error', attempts: 1 });
    // Not before the answer, and by the next check for a frame.
    expect(Number(silentMs)).toBeGreaterThanOrEqual(400);
    expect(Number(silentMs)).toBeLessThan(600);
    expect(agoMs).toBe(30_000 + 90_000 / 2);
  });

  test('the network was dark for three seconds, and the old connection healed', async () => {
    const world = await World.playing(CHOICES, blackout(3000, 'hangs'));
    await world.clock.advance(REPORTED_WITHIN_MS + 10_000);
    expect(world.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    expect(world.reports).toMatchObject([{ outcome: 'healed', why: 'silence' }]);
    const [{ silentMs } = {}] = world.reports;
    expect(Math.abs(Number(silentMs) - 3000)).toBeLessThan(300);
    world.stream.close();
    world.over();
  });

  test('the API refused for good', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(refused(410, 'stream_session_ended', 'never'));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'session_ended' });
    expect(player.reports.map(({ body }) => body)).toMatchObject([
      { outcome: 'given_up', why: 'channel_error', ending: 'session_ended', attempts: 1 },
    ]);
  });

  test('nothing answered until the time was over', async () => {
    const player = createPlayer();
    await player.playing();
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(150_000 + REPORTED_WITHIN_MS);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'expired' });
    const [{ body } = expect.unreachable()] = player.reports;
    expect(body).toMatchObject({ outcome: 'given_up', ending: 'expired', silentMs: 150_000 });
    expect(player.reports).toHaveLength(1);
  });

  test('nothing, where no stream was lost: a start and an end are no recovery', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push({ status: 204 });
    await player.stream.end();
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.reports).toEqual([]);
    expect(player.clock.pending()).toBe(0);
  });
});

describe('a report disturbs nothing:', () => {
  test('it leaves by itself between 30 and 120 s after the loss is over, by chance', async () => {
    for (const [random, afterMs] of [
      [0, 30_000],
      [0.999, 119_910],
    ] as const) {
      const clock = createVirtualClock();
      const player = createPlayer({ clock, environment: { random: () => random } });
      await player.playing();
      await replaced(player, 'c-2');
      await clock.advance(REPORTED_WITHIN_MS);
      expect(player.reports[0]?.body.agoMs).toBe(afterMs);
      player.stream.close();
    }
  });

  test('it outlives the page and yields to every other request', async () => {
    const player = createPlayer();
    await player.playing();
    await replaced(player, 'c-2');
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.reports[0]?.init).toMatchObject({ keepalive: true, priority: 'low' });
  });

  test('it does not ask the page for a token', async () => {
    const player = createPlayer();
    await player.playing();
    await replaced(player, 'c-2');
    const asked = player.tokens.rejected.length;
    player.reporting.reply = { status: 401 };
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.reports).toHaveLength(1);
    expect(player.tokens.rejected).toHaveLength(asked);
  });

  test.each([
    ['is refused', refused(429, 'too_many_requests', 'same', { retryAfterMs: 1000 })],
    ['meets a defect', { status: 500, body: { message: 'Internal Server Error' } }],
    ['can not be sent', 'unreachable'],
    ['is never answered', 'hangs'],
  ] as const)(
    'one that %s is not repeated, changes no state, and the next loss is as fast as ever',
    async (_what, reply) => {
      const player = createPlayer();
      player.reporting.reply = reply;
      await player.playing();
      await replaced(player, 'c-2');
      const states = player.states.length;
      await player.clock.advance(10 * REPORTED_WITHIN_MS);
      expect(player.reports).toHaveLength(1);
      expect(player.states).toHaveLength(states);
      await replaced(player, 'c-3', 0);
      player.stream.close();
      await player.clock.advance(0);
      expect([player.clock.pending(), player.listeners.size]).toEqual([0, 0]);
    },
  );

  test('a network that fails five times a second causes no more than four reports a minute', async () => {
    const player = createPlayer({ environment: { random: () => 0 } });
    await player.playing();
    for (let count = 2; count < 1000; count += 1) await replaced(player, `c-${count}`, 0);
    const times = player.reports.map(({ at }) => at);
    expect(times.length).toBeGreaterThan(3);
    for (const from of times)
      expect(times.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(4);
    player.stream.close();
  });
});

describe('a report goes with what the client asks anyway:', () => {
  test('with the next effort of the page', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(refused(410, 'stream_session_ended', 'never'));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(1000);
    expect(player.reports).toEqual([]);
    player.replies.push(listed(session));
    void player.stream.resume();
    await player.clock.advance(0);
    expect(player.reports).toHaveLength(1);
    player.stream.close();
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.reports).toHaveLength(1);
  });

  test('with the end of the session', async () => {
    const player = createPlayer();
    await player.playing();
    await replaced(player, 'c-2');
    player.replies.push({ status: 204 });
    await player.stream.end();
    expect(player.reports.map(({ body }) => body.outcome)).toEqual(['replaced']);
    expect(player.clock.pending()).toBe(0);
  });

  test('not with a reconnect: that is when everybody asks', async () => {
    const player = createPlayer();
    await player.playing();
    await replaced(player, 'c-2');
    await lostFor(player, 1000);
    expect(player.calls.filter(({ path }) => path.endsWith('/connections'))).toHaveLength(2);
    expect(player.reports).toEqual([]);
    player.stream.close();
  });
});

describe('a player who leaves while the stream is lost is heard too:', () => {
  test('by closing the tab', async () => {
    const player = createPlayer();
    await player.playing();
    await lostFor(player, 5000);
    await player.leavesPage();
    expect(player.reports.map(({ body }) => body)).toMatchObject([
      { outcome: 'given_up', ending: 'closed', silentMs: 5000, agoMs: 0 },
    ]);
  });

  test('by close(), which leaves no timer and no listener', async () => {
    const player = createPlayer();
    await player.playing();
    await lostFor(player, 5000);
    player.stream.close();
    expect(player.reports.map(({ body }) => body)).toMatchObject([{ outcome: 'given_up', ending: 'closed' }]);
    await player.clock.advance(0);
    expect([player.clock.pending(), player.listeners.size]).toEqual([0, 0]);
  });

  test('a report that waits leaves with the page', async () => {
    const player = createPlayer();
    await player.playing();
    await replaced(player, 'c-2');
    await player.leavesPage();
    expect(player.reports.map(({ body }) => body.outcome)).toEqual(['replaced']);
  });

  test('but a page that is left while the stream plays has nothing to tell', async () => {
    const player = createPlayer();
    await player.playing();
    await player.leavesPage();
    expect(player.reports).toEqual([]);
  });
});

describe('a new client on an API that is older than reports', () => {
  test('hears 404 once, and tells nothing more', async () => {
    const player = createPlayer();
    player.reporting.reply = { status: 404, body: { message: 'Not Found' } };
    await player.playing();
    await replaced(player, 'c-2');
    await player.clock.advance(REPORTED_WITHIN_MS);
    await replaced(player, 'c-3');
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.reports).toHaveLength(1);
  });

  test('sends nothing in a reconnect that such an API would refuse', async () => {
    const player = createPlayer();
    await player.playing();
    await replaced(player, 'c-2');
    const asked = player.calls.find(({ path }) => path.endsWith('/connections'));
    expect(Object.keys(asked?.body ?? {}).toSorted()).toEqual([
      'previousConnectionId',
      'signalRequest',
      'silentMs',
    ]);
  });
});

test('a page that ends the stream in its own listener hides nothing from the report', async () => {
  const player = createPlayer({
    onState(state) {
      if (state.name === 'connected' && state.connectionId === 'c-2') player.stream.close();
    },
  });
  await player.playing();
  player.replies.push(granted('c-2'));
  player.sdk().connection.channelError(new Event('error'));
  await player.clock.advance(1000);
  expect(player.reports.map(({ body }) => body.outcome)).toEqual(['replaced']);
});
