import { describe, expect, test } from 'vitest';
import { createPlayer, granted, listed, refused, session } from './fakes.ts';

const GROUP = '/v1/streamgroups/sg-1/streamsessions';

describe('a player who starts', () => {
  test('sends one request, plays and has input, and is connected only when a frame was decoded', async () => {
    const player = createPlayer({
      made(sdk) {
        sdk.decodes = false;
      },
    });
    player.replies.push(granted('c-1'));

    const started = player.stream.start({ applicationIdentifier: 'a-1', locations: ['eu-west-1'] });
    await player.clock.advance(1000);
    expect(player.stream.state.name).toBe('connecting');
    player.sdk().decodes = true;
    await player.clock.advance(100);

    expect(await started).toMatchObject({ name: 'connected', session, connectionId: 'c-1' });
    expect(player.calls).toHaveLength(1);
    expect(player.calls[0]).toMatchObject({ method: 'POST', path: GROUP, token: 'token', key: 'key-1' });
    expect(player.calls[0]?.body).toEqual({
      applicationIdentifier: 'a-1',
      locations: ['eu-west-1'],
      signalRequest: 'offer 1',
    });
    expect(player.sdk()).toMatchObject({ answered: 'answer for c-1', inputs: 1, closed: false });
    expect(player.stream.sdk).toBe(player.sdk());
    expect(player.names()).toEqual(['connecting', 'connected']);
    expect(player.events.map(({ name }) => name)).toEqual(['asked', 'answered', 'first_frame']);
  });

  test('waits while operators have paused new sessions, a little longer than the API says, and gets in afterwards', async () => {
    const player = createPlayer();
    const paused = refused(503, 'starts_paused', 'same', { retryAfterMs: 15_000 });
    player.replies.push(paused, paused, granted('c-1'));

    void player.stream.start();
    await player.clock.advance(14_999);
    expect(player.stream.state).toMatchObject({ name: 'connecting', wait: { code: 'starts_paused' } });
    expect(player.calls).toHaveLength(1);
    await player.clock.advance(20_000);

    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    expect(player.calls.map(({ at }) => at - (player.calls[0]?.at ?? 0))).toEqual([0, 16_500, 33_000]);
  });

  test('waits for a machine, and the status is polled each second until there is an answer', async () => {
    const player = createPlayer();
    const activating = { ...session, status: 'ACTIVATING' };
    player.replies.push(
      { status: 201, body: { streamSession: activating, connectionId: 'c-1' } },
      { status: 200, body: { streamSession: activating } },
      { status: 200, body: { streamSession: { ...session, status: 'ACTIVE' } } },
      { status: 200, body: { streamSession: { ...session, status: 'ACTIVE' }, signalResponse: 'late' } },
    );

    void player.stream.start();
    await player.clock.advance(10);
    // The page may show the location.
    expect(player.stream.state).toMatchObject({ name: 'connecting', session: activating, attempt: 1 });
    await player.clock.advance(3200);

    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
    expect(player.calls.map(({ path, at }) => [path, at - (player.calls[0]?.at ?? 0)])).toEqual([
      [GROUP, 0],
      [`${GROUP}/ss-1`, 1000],
      [`${GROUP}/ss-1`, 2000],
      [`${GROUP}/ss-1`, 3000],
    ]);
    expect(player.sdk().answered).toBe('late');
    expect(player.sdks).toHaveLength(1);
    expect(player.eventsOf('asked')).toMatchObject([{ attempt: 1 }]);
    expect(player.stream.state).toMatchObject({ session: { status: 'CONNECTED' } });
  });

  test('and whose polls fail now and then keeps polling at the same pace', async () => {
    const player = createPlayer();
    const look = { status: 200, body: { streamSession: { ...session, status: 'ACTIVATING' } } };
    player.replies.push({ status: 201, body: { ...look.body, connectionId: 'c-1' } });
    player.replies.push('unreachable', look, 'unreachable', look, 'unreachable', look);
    void player.stream.start();
    await player.clock.advance(6000);
    expect(player.eventsOf('refused').map(({ waitMs }) => waitMs)).toEqual([300, 300, 300]);
  });

  test('is shown why a session could not be placed', async () => {
    const player = createPlayer();
    const failed = { ...session, status: 'ERROR', statusReason: 'placementTimeout' };
    player.replies.push({ status: 201, body: { streamSession: failed, connectionId: 'c-1' } });
    const started = player.stream.start();
    await player.clock.advance(10);
    expect(await started).toMatchObject({ reason: 'session_ended', statusReason: 'placementTimeout' });
  });

  test('and whose answer was lost repeats the same bytes under the same key and gets no second session', async () => {
    const player = createPlayer();
    player.replies.push('unreachable', { status: 503, body: { message: 'Service Unavailable' } });
    player.replies.push('unreachable', granted('c-1', {}, { 'idempotency-replayed': 'true' }));
    void player.stream.start();
    await player.clock.advance(1000);
    await player.goOnline();
    await player.clock.advance(5000);

    expect(player.stream.state.name).toBe('connected');
    expect(player.calls).toHaveLength(4);
    expect(new Set(player.calls.map(({ text, key }) => `${key} ${text}`)).size).toBe(1);
    expect(player.eventsOf('answered')).toMatchObject([{ replayed: true }]);
  });

  test('and whose answer AWS does not repeat waits until the unknown session is over, and starts with a new offer', async () => {
    const player = createPlayer();
    const lost = { code: 'answer_lost', retry: 'newOffer', retryAfterMs: 60_000 };
    player.replies.push({ status: 409, body: lost }, granted('c-1'));
    void player.stream.start();
    await player.clock.advance(59_000);
    expect(player.calls).toHaveLength(1);
    await player.clock.advance(30_000);
    expect(player.stream.state.name).toBe('connected');
    expect(player.calls.map(({ key, body }) => [key, body?.signalRequest])).toEqual([
      ['key-1', 'offer 1'],
      ['key-2', 'offer 2'],
    ]);
  });

  test('and whose start gets no picture is connected anew to the same session', async () => {
    const player = createPlayer({
      made(sdk) {
        sdk.flows = sdk.name !== 'offer 1';
      },
    });
    player.replies.push(granted('c-1'), granted('c-2'));
    void player.stream.start();
    await player.clock.advance(9000);

    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(player.calls[1]).toMatchObject({ path: `${GROUP}/ss-1/connections`, key: 'key-2' });
    expect(player.calls[1]?.body).toEqual({ signalRequest: 'offer 2', previousConnectionId: 'c-1' });
    expect(player.sdks[0]?.closed).toBe(true);
  });

  test('is shown when another device took over while waiting for a machine', async () => {
    const player = createPlayer();
    const activating = { ...session, status: 'ACTIVATING' };
    player.replies.push(
      { status: 201, body: { streamSession: activating, connectionId: 'c-1' } },
      { status: 200, body: { streamSession: { ...session, status: 'RECONNECTING' } } },
      refused(409, 'taken_over', 'never'),
    );
    const started = player.stream.start();
    await player.clock.advance(2000);
    expect(await started).toMatchObject({ name: 'ended', reason: 'taken_over', by: 'device' });
    expect(player.calls[2]?.body).toMatchObject({ previousConnectionId: 'c-1' });
  });

  test('while a session lives is shown that session, so that the page can offer it', async () => {
    const player = createPlayer();
    player.replies.push(refused(409, 'session_limit_reached', 'never', { streamSession: session }));
    const started = player.stream.start();
    await player.clock.advance(10);
    expect(await started).toEqual({
      name: 'ended',
      session,
      reason: 'refused',
      code: 'session_limit_reached',
      status: 409,
      detail: 'session_limit_reached.',
    });
  });

  test('twice gets one session', async () => {
    const player = createPlayer();
    player.replies.push(granted('c-1'));
    const both = [player.stream.start(), player.stream.start(), player.stream.resume()];
    await player.clock.advance(100);
    const [first, second, third] = await Promise.all(both);
    expect(player.calls).toHaveLength(1);
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(await player.stream.start()).toBe(first);
  });

  test('on a page that attaches input itself gets no input from the library', async () => {
    const player = createPlayer({ attachInput: false });
    await player.playing();
    expect(player.sdk().inputs).toBe(0);
  });

  test('and whose input can’t be attached plays on, and the page gets an event', async () => {
    const error = new Error('not now');
    const player = createPlayer({
      made(sdk) {
        sdk.attachInput = () => {
          throw error;
        };
      },
    });
    await player.playing();
    expect(player.stream.state.name).toBe('connected');
    expect(player.eventsOf('input_failed')).toMatchObject([{ error }]);
  });

  test('with an SDK without statistics plays when the browser is connected, and is lost when it is not', async () => {
    const player = createPlayer({
      made(sdk) {
        sdk.getVideoRTCStats = async () => undefined;
      },
    });
    player.replies.push(granted('c-1'));
    void player.stream.start();
    await player.clock.advance(1000);
    expect(player.stream.state.name).toBe('connecting');
    player.sdk().connection.connectionState('connected');
    await player.clock.advance(100);
    expect(player.stream.state.name).toBe('connected');
    await player.clock.advance(60_000);
    expect(player.stream.state.name).toBe('connected');
    player.sdk().connection.connectionState('disconnected');
    await player.clock.advance(1200);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', why: 'disconnected' });
  });

  test('in a browser whose SDK makes no offer sees the failure after three tries, not after ten minutes', async () => {
    const error = new Error('no H.264');
    let made = 0;
    const player = createPlayer({
      createGameLiftStreams() {
        made += 1;
        throw error;
      },
    });
    const started = player.stream.start();
    await player.clock.advance(100);
    expect(made).toBe(1);
    await player.clock.advance(5000);
    expect(await started).toMatchObject({ reason: 'failed', error });
    expect(made).toBe(3);
    expect(player.eventsOf('no_picture').map((event) => event.error)).toEqual([error, error, error]);
    expect(player.calls).toEqual([]);
  });
});

describe('a player who resumes', () => {
  test('finds the newest live session, whatever device it was started on, and insists', async () => {
    const player = createPlayer();
    const dead = { ...session, streamSessionId: 'ss-9', status: 'TERMINATED' as const };
    player.replies.push(listed(dead, session), granted('c-7'));
    const resumed = player.stream.resume();
    await player.clock.advance(100);

    expect(await resumed).toMatchObject({ name: 'connected', connectionId: 'c-7' });
    expect(player.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/streamsessions',
      `POST ${GROUP}/ss-1/connections`,
    ]);
    expect(player.calls[1]?.body).toEqual({ signalRequest: 'offer 1' });
    expect(player.calls.map(({ contentType, key }) => [contentType, key])).toEqual([
      [undefined, undefined],
      ['application/json', 'key-1'],
    ]);
  });

  test('without a session sees no_session', async () => {
    const player = createPlayer();
    player.replies.push(listed());
    const resumed = player.stream.resume();
    await player.clock.advance(10);
    expect(await resumed).toEqual({ name: 'ended', reason: 'no_session' });
    expect(player.sdks).toEqual([]);
  });

  test('gets the next session where the newest is over', async () => {
    const player = createPlayer();
    const older = { ...session, streamSessionId: 'ss-0' };
    player.replies.push(
      listed(session, older),
      refused(410, 'stream_session_ended', 'never'),
      granted('c-3'),
    );
    void player.stream.resume();
    await player.clock.advance(100);
    expect(player.stream.state.name).toBe('connected');
    expect(player.calls[2]?.path).toBe(`${GROUP}/ss-0/connections`);
  });

  test('waits for a machine as long as AWS takes to find one', async () => {
    const player = createPlayer();
    const activating = { ...session, status: 'ACTIVATING' as const };
    const looks = Array.from({ length: 300 }, () => ({ status: 200, body: { streamSession: activating } }));
    player.replies.push(listed(activating), ...looks);
    player.replies.push(
      { status: 200, body: { streamSession: { ...session, status: 'ACTIVE' } } },
      granted('c-2'),
    );
    void player.stream.resume();
    await player.clock.advance(299_000);
    expect(player.stream.state).toMatchObject({ name: 'connecting', session: activating });
    await player.clock.advance(3000);
    expect(player.stream.state.name).toBe('connected');
  });

  test('gives up when AWS finds no machine in time', async () => {
    const player = createPlayer();
    const activating = { ...session, status: 'ACTIVATING' as const };
    const looks = Array.from({ length: 700 }, () => ({ status: 200, body: { streamSession: activating } }));
    player.replies.push(listed(activating), ...looks);
    void player.stream.resume();
    await player.clock.advance(630_000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'expired' });
  });

  test('requests the list of sessions again after failures, for a minute', async () => {
    const player = createPlayer();
    player.replies.push(
      'unreachable',
      { status: 200, body: { streamSessions: 'none' } },
      listed(session),
      granted('c-2'),
    );
    void player.stream.resume();
    await player.clock.advance(5000);
    expect(player.stream.state.name).toBe('connected');
    expect(player.eventsOf('refused').map(({ code }) => code)).toEqual(['unreachable', 'garbled']);

    const other = createPlayer();
    const resumed = other.stream.resume();
    expect(other.stream.state).toMatchObject({ name: 'connecting', givesUpAt: other.clock.now() + 60_000 });
    await other.clock.advance(60_000);
    expect(await resumed).toMatchObject({ name: 'ended', reason: 'expired', code: 'timeout' });
  });

  test('does not try another session after a refusal that does not mean this one is over', async () => {
    const player = createPlayer();
    const older = { ...session, streamSessionId: 'ss-0' };
    player.replies.push(listed(session, older), refused(409, 'taken_over', 'never'));
    const resumed = player.stream.resume();
    await player.clock.advance(1000);
    expect(await resumed).toMatchObject({ reason: 'taken_over' });
    expect(player.calls).toHaveLength(2);
  });

  test('tries for the connection timeout, no longer', async () => {
    const player = createPlayer();
    player.replies.push(listed(session));
    void player.stream.resume();
    await player.clock.advance(10);
    expect(player.stream.state).toMatchObject({ givesUpAt: (player.calls[1]?.at ?? 0) + 150_000 });
    await player.clock.advance(150_000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'expired', code: 'timeout' });
  });

  test('to a session that is over sees the reason', async () => {
    const player = createPlayer();
    player.replies.push(listed(session));
    player.replies.push(refused(410, 'stream_session_ended', 'never', { statusReason: 'applicationExit' }));
    const resumed = player.stream.resume();
    await player.clock.advance(100);
    expect(await resumed).toMatchObject({
      reason: 'session_ended',
      statusReason: 'applicationExit',
      session,
    });
  });

  test('while AWS places the session polls it, and connects when it is ready', async () => {
    const player = createPlayer();
    const activating = { ...session, status: 'ACTIVATING' as const };
    player.replies.push(
      listed(activating),
      { status: 200, body: { streamSession: activating } },
      { status: 200, body: { streamSession: { ...session, status: 'ACTIVE' } } },
      granted('c-2'),
    );
    void player.stream.resume();
    await player.clock.advance(2500);
    expect(player.stream.state.name).toBe('connected');
    expect(player.calls.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'POST']);
  });

  test('with a connection id kept over the reload names it instead of insisting', async () => {
    const player = createPlayer();
    player.replies.push(listed(session), refused(409, 'taken_over', 'never'));
    const resumed = player.stream.resume({ previousConnectionId: 'c-1' });
    await player.clock.advance(100);
    expect(player.calls[1]?.body).toMatchObject({ previousConnectionId: 'c-1' });
    expect(await resumed).toMatchObject({ reason: 'taken_over', by: 'device' });
  });
});

describe('find', () => {
  test('returns the newest live session without connecting to it', async () => {
    const player = createPlayer();
    player.replies.push(listed(session));
    const found = player.stream.find();
    await player.clock.advance(10);
    expect(await found).toEqual(session);
    expect(player.stream.state).toEqual({ name: 'idle' });
    expect(player.states).toEqual([]);
    expect(player.clock.pending()).toBe(0);
    expect(player.listeners.size).toBe(0);
  });

  test('rejects with the reason where the list can’t be read', async () => {
    const player = createPlayer();
    player.replies.push({ status: 403, body: { message: 'Forbidden' } });
    const found = player.stream.find().catch((error) => error);
    await player.clock.advance(10);
    expect(await found).toMatchObject({
      name: 'RejoinError',
      ending: { reason: 'refused', code: 'gateway', status: 403, detail: 'Forbidden' },
    });
  });
});
