import { describe, expect, test } from 'vitest';
import { createPlayer, granted, REPORTED_WITHIN_MS, type Reply, refused, session } from './fakes.ts';

/** A player whose stream has just failed, and the API's next replies. */
const broken = (...replies: (Reply | (() => Reply))[]) => brokenWith({}, ...replies);

/** The same, with offers that name addresses, as with ICE servers. */
const brokenWithIceServers = (...replies: (Reply | (() => Reply))[]) =>
  brokenWith(
    {
      made(sdk) {
        sdk.generateSignalRequest = async () => `${sdk.name} a=candidate:1`;
      },
    },
    ...replies,
  );

async function brokenWith(
  options: Parameters<typeof createPlayer>[0],
  ...replies: (Reply | (() => Reply))[]
) {
  const player = createPlayer(options);
  await player.playing();
  player.replies.push(...replies);
  player.sdk().connection.channelError(new Event('error'));
  const asked = () => player.calls.slice(1);
  return { ...player, asked, waits: () => player.eventsOf('refused').map(({ waitMs }) => waitMs) };
}

describe('while AWS has not noticed the loss', () => {
  const notYet = refused(409, 'session_not_reconnectable', 'newOffer', {
    retryAfterMs: 1000,
    streamSessionStatus: 'CONNECTED',
  });
  const status = (value: string): Reply => ({
    status: 200,
    body: { streamSession: { ...session, status: value } },
  });

  test('the client polls the status once a second and requests a connection once AWS is ready, with one offer and a new key each time', async () => {
    const ready = status('PENDING_CLIENT_RECONNECTION');
    const player = await broken(notYet, status('CONNECTED'), status('CONNECTED'), ready, granted('c-2'));
    await player.clock.advance(200);
    expect(player.stream.state).toMatchObject({
      name: 'reconnecting',
      attempt: 1,
      wait: { code: 'session_not_reconnectable', until: (player.asked()[0]?.at ?? 0) + 5000 },
    });
    await player.clock.advance(4000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    const [first] = player.asked();
    expect(player.asked().map(({ method, at }) => [method, at - (first?.at ?? 0)])).toEqual([
      ['POST', 0],
      ['GET', 1000],
      ['GET', 2000],
      ['GET', 3000],
      ['POST', 3000],
    ]);
    const posts = player.asked().filter(({ method }) => method === 'POST');
    expect(posts.map(({ key }) => key)).toEqual(['key-2', 'key-3']);
    expect(new Set(posts.map(({ body }) => body.signalRequest))).toEqual(new Set(['offer 2']));
    expect(new Set(posts.map(({ body }) => body.previousConnectionId))).toEqual(new Set(['c-1']));
    expect(player.sdks).toHaveLength(2);
  });

  test('the client requests a connection every five seconds whatever the status says', async () => {
    const looks = Array<Reply>(4).fill(status('CONNECTED'));
    const player = await broken(notYet, ...looks, notYet, ...looks, granted('c-2'));
    await player.clock.advance(11_000);
    const [first] = player.asked();
    const posts = player.asked().filter(({ method }) => method === 'POST');
    expect(posts.map(({ at }) => at - (first?.at ?? 0))).toEqual([0, 5000, 10_000]);
    expect(player.stream.state.name).toBe('connected');
  });

  test.each<[string, Reply]>([
    ['is refused for good', { status: 403, body: { message: 'Forbidden' } }],
    ['can’t be had', 'unreachable'],
    ['can’t be read', { status: 200, body: 'no' }],
  ])('a status that %s ends nothing', async (_what, reply) => {
    const player = await broken(notYet, reply, () =>
      player.calls.at(-1)?.method === 'GET' ? reply : granted('c-2'),
    );
    player.replies.push(
      ...Array.from(
        { length: 4 },
        () => () => (player.calls.at(-1)?.method === 'GET' ? reply : granted('c-2')),
      ),
    );
    await player.clock.advance(6000);
    expect(player.stream.state.name).toBe('connected');
  });

  test('an offer that is a minute old is replaced', async () => {
    const looks = Array<Reply>(4).fill(status('CONNECTED'));
    const player = await broken(...Array.from({ length: 14 }, () => [notYet, ...looks]).flat());
    await player.clock.advance(66_000);
    const offers = player
      .asked()
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => body.signalRequest);
    expect(offers.slice(0, 12)).toEqual(Array(12).fill('offer 2'));
    expect(offers.slice(12)).toEqual(['offer 3', 'offer 3']);
    expect(player.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  test('an offer whose connection died while it waited is replaced', async () => {
    const player = await broken(
      notYet,
      'unreachable',
      'unreachable',
      'unreachable',
      'unreachable',
      granted('c-2'),
    );
    await player.clock.advance(500);
    player.sdk().connection.connectionState('failed');
    await player.clock.advance(6000);
    expect(player.asked().at(-1)?.body.signalRequest).toBe('offer 3');
    expect(player.stream.state.name).toBe('connected');
  });
});

describe('a page that counts down', () => {
  test('shows no wait while the next request is in flight, and the attempt’s number', async () => {
    const player = await broken(
      refused(503, 'upstream_unavailable', 'same', { retryAfterMs: 1000 }),
      'hangs',
    );
    await player.clock.advance(500);
    expect(player.stream.state).toMatchObject({ attempt: 1, wait: { code: 'upstream_unavailable' } });
    await player.clock.advance(1500);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', attempt: 2 });
    expect(player.stream.state).not.toHaveProperty('wait');
  });
});

describe('in a storm', () => {
  const paced = refused(503, 'paced', 'same', {
    retryAfterMs: 40_000,
    queuePosition: 800,
    mayBeTooLate: true,
  });

  test('the player sees the place in the queue, and repeats the same request at the ticket’s time', async () => {
    const player = await broken(paced, granted('c-2'));
    await player.clock.advance(200);
    const refusedAt = player.eventsOf('refused')[0]?.at ?? 0;
    expect(player.stream.state).toMatchObject({
      wait: { code: 'paced', queuePosition: 800, mayBeTooLate: true, until: refusedAt + 40_100 },
    });
    await player.clock.advance(41_000);
    const [first, second] = player.asked();
    expect(player.stream.state.name).toBe('connected');
    expect(second?.at).toBe(refusedAt + 40_100);
    expect([second?.key, second?.text]).toEqual([first?.key, first?.text]);
  });

  test('nothing cuts the wait for a ticket short, but after a new network the request has a new offer', async () => {
    const player = await brokenWithIceServers(paced, granted('c-2'));
    await player.clock.advance(10_000);
    await player.goOnline();
    await player.clock.advance(29_000);
    expect(player.asked()).toHaveLength(1);
    await player.clock.advance(2000);
    expect(player.asked()).toHaveLength(2);
    expect(player.asked()[1]?.body.signalRequest).toMatch(/^offer 3/);
  });

  test('a ticket that comes after the session’s end is not waited for', async () => {
    const player = await broken(
      refused(503, 'paced', 'same', { retryAfterMs: 200_000, queuePosition: 4000 }),
    );
    await player.clock.advance(1000);
    expect(player.stream.state).toEqual({ name: 'ended', session, reason: 'expired', code: 'paced' });
  });
});

describe('a request without an answer', () => {
  test('is repeated byte for byte, with growing waits, and at once when the browser is back online', async () => {
    const player = await broken('unreachable', 'unreachable', 'unreachable', granted('c-2'));
    await player.clock.advance(1300);
    expect(player.waits()).toEqual([300, 550, 1050]);
    expect(new Set(player.asked().map(({ key, text }) => `${key} ${text}`)).size).toBe(1);
    expect(player.asked()).toHaveLength(3);
    await player.goOnline();
    await player.clock.advance(50);
    expect(player.stream.state.name).toBe('connected');
    // An offer without addresses is valid on the new network too.
    expect(new Set(player.asked().map(({ text }) => text)).size).toBe(1);
    expect(player.sdks).toHaveLength(2);
  });

  test('gets a new offer on a new network, where the old offer names addresses', async () => {
    const player = await brokenWithIceServers('unreachable', 'hangs', granted('c-2'));
    await player.clock.advance(1000);
    await player.goOnline();
    await player.clock.advance(100);
    expect(player.asked()[2]).toMatchObject({
      key: 'key-3',
      body: { signalRequest: 'offer 3 a=candidate:1' },
    });
    expect(player.stream.state.name).toBe('connected');
    expect(player.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  test('has short waits again on a new network', async () => {
    const player = await broken(...Array<Reply>(8).fill('unreachable'));
    await player.clock.advance(6000);
    const before = player.waits().length;
    await player.goOnline();
    await player.clock.advance(400);
    expect(player.waits().slice(before)).toEqual([300, 550]);
  });

  test('is given up after twelve seconds and repeated', async () => {
    const player = await broken('hangs', granted('c-2', {}, { 'idempotency-replayed': 'true' }));
    await player.clock.advance(12_000);
    expect(player.asked()).toHaveLength(1);
    expect(player.stream.state).toMatchObject({ name: 'reconnecting', attempt: 1 });
    await player.clock.advance(1000);
    expect(player.eventsOf('refused')).toMatchObject([{ code: 'timeout', status: 0 }]);
    expect(player.asked()[1]?.text).toBe(player.asked()[0]?.text);
    expect(player.stream.state.name).toBe('connected');
    expect(player.eventsOf('answered').at(-1)).toMatchObject({ replayed: true });
  });

  test('is repeated at once when the browser is back online', async () => {
    const player = await broken('hangs', granted('c-2'));
    await player.clock.advance(3000);
    await player.goOnline();
    await player.clock.advance(100);
    expect(player.stream.state.name).toBe('connected');
    expect(player.inFlight.most).toBe(1);
  });
});

describe('answers that are not the API’s own', () => {
  test.each<[string, Reply, string, number]>([
    ['the gateway’s throttle', { status: 429, body: { message: 'Too Many Requests' } }, 'gateway', 429],
    ['a function that crashed', { status: 500, body: { message: 'Internal Server Error' } }, 'gateway', 500],
    ['no function in time', { status: 503, body: { message: 'Service Unavailable' } }, 'gateway', 503],
    ['a proxy’s page', { status: 502, body: '<html>' }, 'gateway', 502],
    ['a success that is none', { status: 201, body: '<html>captive portal</html>' }, 'garbled', 201],
    ['a success of another shape', { status: 201, body: { hello: 1 } }, 'garbled', 201],
    ['a session without a connection', { status: 201, body: { streamSession: session } }, 'garbled', 201],
    ['nothing but null', { status: 200, body: 'null' }, 'garbled', 200],
  ])('%s is repeated after the client’s own waits', async (_what, reply, code, status) => {
    const player = await broken(reply, granted('c-2'));
    await player.clock.advance(2000);
    expect(player.eventsOf('refused')).toMatchObject([{ code, status, waitMs: 300 }]);
    expect(player.asked()[1]?.text).toBe(player.asked()[0]?.text);
    expect(player.stream.state.name).toBe('connected');
  });

  test.each([400, 403, 404, 413, 431])('the gateway’s %i is final', async (status) => {
    const player = await broken({ status, body: { message: 'No' } });
    await player.clock.advance(60_000);
    expect(player.stream.state).toMatchObject({ reason: 'refused', code: 'gateway', status, detail: 'No' });
    expect(player.asked()).toHaveLength(1);
  });

  test('a proxy’s Retry-After is obeyed', async () => {
    const player = await broken({ status: 503, headers: { 'retry-after': '7' } }, granted('c-2'));
    await player.clock.advance(1000);
    expect(player.waits()).toEqual([7700]);
  });
});

describe('a refusal that will not change', () => {
  test.each([
    ['taken_over', 409, { reason: 'taken_over', by: 'device' }],
    ['stream_session_not_found', 404, { reason: 'no_session' }],
    ['stream_session_ended', 410, { reason: 'session_ended' }],
    ['idempotency_key_reused', 422, { reason: 'refused', code: 'idempotency_key_reused', status: 422 }],
    ['broker_misconfigured', 500, { reason: 'refused', code: 'broker_misconfigured', status: 500 }],
    ['invalid_request', 400, { reason: 'refused', code: 'invalid_request', status: 400 }],
  ])('%s ends the stream', async (code, status, ending) => {
    const player = await broken(refused(status, code, 'never'));
    await player.clock.advance(60_000);
    expect(player.stream.state).toMatchObject({ name: 'ended', session, ...ending });
    expect(player.asked()).toHaveLength(1);
    expect(player.sdks.every(({ closed }) => closed)).toBe(true);
  });
});

describe('a picture that does not come', () => {
  test('although the API answered leads to a new request that names the new connection', async () => {
    const player = createPlayer({
      made(sdk) {
        sdk.flows = sdk.name !== 'offer 2';
      },
    });
    await player.playing();
    player.replies.push(granted('c-2'), granted('c-3'));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(9000);
    expect(player.calls[2]?.body).toMatchObject({ signalRequest: 'offer 3', previousConnectionId: 'c-2' });
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
    expect(player.eventsOf('no_picture')).toHaveLength(1);
  });

  test('because the connection failed leads to a new request at once', async () => {
    const player = createPlayer({
      made(sdk) {
        sdk.flows = sdk.name !== 'offer 2';
      },
    });
    await player.playing();
    player.replies.push(granted('c-2'), granted('c-3'));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(500);
    player.sdk().connection.connectionState('failed');
    await player.clock.advance(1000);
    expect(player.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
  });

  test('because the SDK can’t use the answer leads to a new offer', async () => {
    const error = new Error('the input module could not be loaded');
    const player = createPlayer({
      made(sdk) {
        if (sdk.name === 'offer 2') sdk.processSignalResponse = () => Promise.reject(error);
      },
    });
    await player.playing();
    player.replies.push(granted('c-2'), granted('c-3'));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(2000);
    expect(player.eventsOf('no_picture')).toMatchObject([{ error }]);
    expect(player.stream.state.name).toBe('connected');
  });

  test('at all ends the stream when the connection timeout is over', async () => {
    const player = createPlayer({
      made(sdk) {
        sdk.flows = sdk.name === 'offer 1';
      },
    });
    await player.playing();
    player.replies.push(...Array.from({ length: 200 }, (_, turn) => granted(`c-${turn}`)));
    player.sdk().connection.channelError(new Event('error'));
    const from = player.clock.now();
    await player.clock.advance(200_000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'expired', code: 'no_picture' });
    // Each failed request is followed by a longer wait.
    expect(
      player
        .eventsOf('refused')
        .slice(0, 4)
        .map(({ waitMs }) => waitMs),
    ).toEqual([300, 550, 1050, 2050]);
    expect((player.calls.at(-1)?.at ?? 0) - from).toBeLessThanOrEqual(150_000);
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.clock.pending()).toBe(0);
  });
});

describe('the id by which support finds a request in the logs', () => {
  const requestId = 'JKJaXmPLvHcESHA=';

  test.each([
    ['a refusal for good', refused(500, 'broker_misconfigured', 'never', { requestId }), 0, 'refused'],
    [
      'a wait that is too long',
      refused(503, 'paced', 'same', { requestId, retryAfterMs: 200_000, queuePosition: 4000 }),
      0,
      'expired',
    ],
    [
      'the end of the patience',
      refused(503, 'paced', 'same', { requestId, retryAfterMs: 149_000, queuePosition: 2980 }),
      150_000,
      'expired',
    ],
  ])('is part of %s', async (_what, reply, ms, reason) => {
    const player = await broken(reply, 'hangs');
    await player.clock.advance(ms + 1000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason, requestId });
    expect(player.eventsOf('refused')).toMatchObject([{ requestId }]);
  });

  test('is missing where the last request had no answer', async () => {
    const player = await broken(refused(503, 'upstream_unavailable', 'same', { requestId, retryAfterMs: 1 }));
    await player.clock.advance(151_000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'expired', code: 'timeout' });
    expect(player.stream.state).not.toHaveProperty('requestId');
  });
});

describe('access tokens', () => {
  const unauthorized: Reply = { status: 401, body: { message: 'Unauthorized' } };

  test('that expired are replaced once, within the same attempt', async () => {
    const player = await broken(unauthorized, granted('c-2'));
    await player.clock.advance(1000);
    expect(player.stream.state.name).toBe('connected');
    expect(player.asked().map(({ token }) => token)).toEqual(['token', 'token 2']);
    expect(player.asked()[1]?.text).toBe(player.asked()[0]?.text);
    expect(player.tokens.rejected.at(-1)).toBe('token');
    expect(player.eventsOf('refused')).toEqual([]);
    expect(player.eventsOf('asked').at(-1)?.attempt).toBe(1);
  });

  test('that are refused twice end in signed out', async () => {
    const player = await broken(unauthorized, unauthorized);
    await player.clock.advance(60_000);
    expect(player.stream.state).toMatchObject({ name: 'ended', reason: 'signed_out', session });
    expect(player.asked()).toHaveLength(2);
  });

  test('that are always new and always refused end in signed out after two', async () => {
    let made = 0;
    const player = createPlayer({
      getAccessToken() {
        made += 1;
        return `token ${made}`;
      },
    });
    await player.playing();
    player.replies.push(...Array<Reply>(9).fill(unauthorized));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(1000);
    expect(player.stream.state).toMatchObject({ reason: 'signed_out' });
    expect(player.calls).toHaveLength(3);
  });

  test.each<[string, () => string | undefined]>([
    ['there is none', () => undefined],
    ['it is the rejected one again', () => 'token'],
  ])('end in signed out where %s', async (_what, token) => {
    const player = createPlayer({ getAccessToken: ({ rejected }) => (rejected ? token() : 'token') });
    await player.playing();
    player.replies.push(unauthorized);
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(1000);
    expect(player.stream.state).toMatchObject({ reason: 'signed_out' });
    expect(player.calls).toHaveLength(2);
  });

  test('that fail for a moment are requested again: an outage is no sign-out', async () => {
    let fails = 2;
    const player = createPlayer({
      async getAccessToken() {
        if (player.sdks.length > 1 && fails > 0) {
          fails -= 1;
          throw new TypeError('Failed to fetch');
        }
        return 'token';
      },
    });
    await player.playing();
    player.replies.push(granted('c-2'));
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(3000);
    expect(player.eventsOf('refused').map(({ code }) => code)).toEqual([
      'token_unavailable',
      'token_unavailable',
    ]);
    expect(player.stream.state.name).toBe('connected');
  });

  test('that never come do not delay the end', async () => {
    const player = createPlayer({
      getAccessToken: () => (player.sdks.length > 1 ? new Promise(() => {}) : 'token'),
    });
    await player.playing();
    player.sdk().connection.channelError(new Event('error'));
    await player.clock.advance(150_000);
    expect(player.stream.state).toMatchObject({ reason: 'expired', code: 'token_unavailable' });
    await player.clock.advance(REPORTED_WITHIN_MS);
    expect(player.clock.pending()).toBe(0);
  });
});
