import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { playerContracts } from '../../contract/openapi/player.ts';
import { PROBLEMS } from '../../contract/problems.ts';
import { GROUP, newOffer } from '../emulator/support.ts';
import { type Handlers, openHandlers, type TestResponse, type Variant } from './handlers.ts';
import { failing, type Provoke, respondsWithEachCode, SHORT_LIFE_MS, untilRefused } from './provoke.ts';

let handlers: Handlers;
beforeAll(async () => {
  handlers = await openHandlers();
});
afterAll(() => handlers.close());
afterEach(async () => {
  await handlers.control('DELETE', 'faults');
  await handlers.control('PUT', 'settings', {
    activationSeconds: 0.02,
    readySeconds: 0.02,
    repeatAnswer: true,
  });
});

const CONNECT = 'CreateStreamSessionConnection';

/** The requests of a player in a deployment, as the page sends them. */
function playing(variant: Variant = {}, sub?: string) {
  const { send, playerId } = handlers.player(sub);
  return {
    playerId,
    start: (signalRequest = newOffer(), more: { key?: string; lifeMs?: number } = {}) =>
      send('start', { body: { signalRequest }, ...more }, variant),
    status: (streamSessionId: string, lifeMs?: number) =>
      send('status', { streamSessionId, lifeMs }, variant),
    sessions: () => send('sessions', {}, variant),
    reconnect: (
      streamSessionId: string,
      more: { signalRequest?: string; previousConnectionId?: string; key?: string; lifeMs?: number } = {},
    ) => {
      const { signalRequest = newOffer(), previousConnectionId, ...rest } = more;
      const body = { signalRequest, ...(previousConnectionId === undefined ? {} : { previousConnectionId }) };
      return send('reconnect', { streamSessionId, body, ...rest }, variant);
    },
    terminate: (streamSessionId: string, lifeMs?: number) =>
      send('terminate', { streamSessionId, lifeMs }, variant),
    report: (more: object = {}, streamSessionId = 'any') =>
      send('recoveries', { streamSessionId, body: { ...RECOVERY, ...more } }, variant),
  };
}

const RECOVERY = {
  outcome: 'replaced',
  why: 'silence',
  silentMs: 4200,
  attempts: 2,
  agoMs: 60_000,
};

async function connected(variant: Variant = {}) {
  const player = playing(variant);
  const { json } = await player.start();
  const id: string = json.streamSession.streamSessionId;
  await handlers.untilStatus(id, 'CONNECTED');
  return { player, id, connectionId: json.connectionId as string };
}

async function dropped(variant: Variant = {}) {
  const playerAnd = await connected(variant);
  await handlers.control('POST', `streamsessions/${playerAnd.id}/drop`, { how: 'blackhole' });
  await handlers.untilStatus(playerAnd.id, 'PENDING_CLIENT_RECONNECTION');
  return playerAnd;
}

async function activating() {
  await handlers.control('PUT', 'settings', { activationSeconds: 1000 });
  const player = playing();
  const { json } = await player.start();
  return { player, id: json.streamSession.streamSessionId as string };
}

/**
 * Sends two requests, the second one before AWS has answered the first.
 * @returns the second response
 */
async function whileHeld(operation: string, send: () => Promise<TestResponse>): Promise<TestResponse> {
  await handlers.hold(operation);
  const first = send();
  await handlers.untilHeld();
  const answer = await send();
  await handlers.release();
  expect((await first).status).toBe(201);
  return answer;
}

const failingAt = (operation: string, prepare: () => Promise<() => Promise<TestResponse>>) =>
  failing(() => handlers, operation, prepare);

const PROVOKE: Provoke<typeof playerContracts> = {
  start: {
    ...failingAt('StartStreamSession', async () => playing().start),
    paced: failingAt('StartStreamSession', async () => playing({ table: 'StormOfStarts' }).start).paced,
    invalid_request: () => playing().start('no offer'),
    start_not_allowed: () => playing({ rules: true }).start(),
    not_through_edge: () => playing({ hasEdge: true }).start(),
    upstream_timeout: () => playing().start(newOffer(), { lifeMs: SHORT_LIFE_MS }),
    async too_many_requests() {
      const { player } = await connected();
      return untilRefused(() => player.start());
    },
    async connection_in_progress() {
      const player = playing();
      return whileHeld('StartStreamSession', () => player.start());
    },
    async idempotency_key_reused() {
      const player = playing();
      await player.start(newOffer(), { key: 'key-1' });
      return player.start(newOffer(), { key: 'key-1' });
    },
    async offer_reused() {
      const player = playing();
      const offer = newOffer();
      await player.start(offer);
      return player.start(offer, { key: 'another' });
    },
    async starts_paused() {
      const paused = { brake: 'Paused' } as const;
      const operator = handlers.operator();
      const body = { seconds: 600, reason: 'Ticket 4711: no capacity' };
      expect((await operator('operator-brake', { body }, paused)).status).toBe(200);
      return playing(paused).start();
    },
    async stream_group_unavailable() {
      await handlers.fault('StartStreamSession', 'conflict', { count: 1 });
      return playing().start();
    },
    async session_limit_reached() {
      return (await connected()).player.start();
    },
    async answer_lost() {
      await handlers.control('PUT', 'settings', { repeatAnswer: false });
      await handlers.fault('StartStreamSession', 'lostResponse', { count: 1 });
      return playing().start();
    },
  },
  status: {
    // For the player's own session a failed lookup gives the last known status. For a session that may be imported nothing is
    // known.
    ...failingAt('GetStreamSession', async () => () => playing().status('started-elsewhere')),
    invalid_request: () => playing().status('no id'),
    not_through_edge: () => playing({ hasEdge: true }).status('s-1'),
    upstream_timeout: () => playing().status('started-elsewhere', 1400),
    async too_many_requests() {
      const player = playing();
      return untilRefused(() => player.status('no-such-session'));
    },
    stream_session_not_found: () => playing().status('no-such-session'),
  },
  sessions: {
    invalid_request: () => playing({}, '').sessions(),
    not_through_edge: () => playing({ hasEdge: true }).sessions(),
    async broker_misconfigured() {
      const player = playing();
      await handlers.writeRecord(player.playerId);
      return player.sessions();
    },
    upstream_unavailable: () => playing({ table: 'none' }).sessions(),
  },
  reconnect: {
    ...failingAt(CONNECT, async () => {
      const { player, id } = await dropped();
      return () => player.reconnect(id);
    }),
    paced: failingAt(CONNECT, async () => {
      const { player, id } = await dropped({ table: 'StormOfReconnects' });
      return () => player.reconnect(id);
    }).paced,
    not_through_edge: () => playing({ hasEdge: true }).reconnect('s-1'),
    async invalid_request() {
      const { player, id } = await dropped();
      return player.reconnect(id, { signalRequest: 'no offer' });
    },
    async upstream_timeout() {
      const { player, id } = await dropped();
      return player.reconnect(id, { lifeMs: 1900 });
    },
    async too_many_requests() {
      const { player, id } = await connected();
      return untilRefused(() => player.reconnect(id));
    },
    async connection_in_progress() {
      const { player, id } = await dropped();
      return whileHeld(CONNECT, () => player.reconnect(id));
    },
    async idempotency_key_reused() {
      const { player, id } = await dropped();
      await player.reconnect(id, { key: 'key-1' });
      return player.reconnect(id, { key: 'key-1' });
    },
    async offer_reused() {
      const player = playing();
      const signalRequest = newOffer();
      const { json } = await player.start(signalRequest);
      return player.reconnect(json.streamSession.streamSessionId, { signalRequest });
    },
    async stream_group_unavailable() {
      const { player, id } = await dropped();
      await handlers.fault(CONNECT, 'quota');
      return player.reconnect(id);
    },
    stream_session_not_found: () => playing().reconnect('no-such-session'),
    async session_not_reconnectable() {
      const { player, id } = await connected();
      return player.reconnect(id);
    },
    async taken_over() {
      const { player, id, connectionId } = await dropped();
      expect((await player.reconnect(id)).status).toBe(201);
      return player.reconnect(id, { previousConnectionId: connectionId });
    },
    async answer_lost() {
      const { player, id } = await dropped();
      // A client without the answer does not connect, so the session stays as the lost response left it.
      await handlers.control('PUT', 'settings', { repeatAnswer: false, readySeconds: 1000 });
      await handlers.fault(CONNECT, 'lostResponse', { count: 1 });
      return player.reconnect(id);
    },
    async stream_session_ended() {
      const { player, id } = await dropped();
      expect((await player.terminate(id)).status).toBe(204);
      return player.reconnect(id);
    },
  },
  terminate: {
    ...failingAt('TerminateStreamSession', async () => {
      const { player, id } = await connected();
      return () => player.terminate(id);
    }),
    invalid_request: () => playing().terminate('no id'),
    not_through_edge: () => playing({ hasEdge: true }).terminate('s-1'),
    async upstream_timeout() {
      const { player, id } = await connected();
      return player.terminate(id, 1900);
    },
    async too_many_requests() {
      const { player, id } = await activating();
      return untilRefused(() => player.terminate(id));
    },
    stream_session_not_found: () => playing().terminate('no-such-session'),
    async session_not_terminable() {
      const { player, id } = await activating();
      return player.terminate(id);
    },
  },
  recoveries: {
    invalid_request: () => playing().report({ why: 'a cat' }),
    not_through_edge: () => playing({ hasEdge: true }).report(),
    broker_misconfigured: () => playing({ spoilt: true }).report(),
    upstream_unavailable: () => playing({ table: 'none' }).report(),
    too_many_requests() {
      const player = playing();
      return untilRefused(() => player.report());
    },
  },
};

respondsWithEachCode(PROVOKE, PROBLEMS);

describe('successful responses match the document', () => {
  it('on every route, through the life of a session', async () => {
    const { player, id, connectionId } = await dropped();
    const answers = [
      await player.sessions(),
      await player.status(id),
      await player.reconnect(id, { previousConnectionId: connectionId }),
      await player.terminate(id),
      await player.status(id),
      await player.report({}, id),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 201, 204, 200, 204]);
  });

  it('also when a start is repeated with the same key', async () => {
    const player = playing();
    const offer = newOffer();
    const answers = [
      await player.start(offer, { key: 'key-1' }),
      await player.start(offer, { key: 'key-1' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[1]).toMatchObject({ json: answers[0]?.json });
  });
});

it("a player's list has the live sessions, the newest first, and an operator's has the ended ones too", async () => {
  const { playerId, sessions } = playing();
  const now = Date.now();
  const write = (name: string, minutesAgo: number, more: object = {}) =>
    handlers.writeRecord(playerId, {
      sk: `SESSION#${GROUP}#${name}`,
      streamSessionId: name,
      createdAt: now - minutesAgo * 60_000,
      statusAt: now - 1000,
      statusSince: now - 1000,
      ...more,
    });
  // By name, which is how the table sorts, they would come in another order.
  await write('a-older', 30);
  await write('b-ended', 20, { status: 'TERMINATED' });
  await write('c-newest', 10);
  // The settings let a session live for an hour.
  await write('d-too-old', 120);
  const names = ({ json }: TestResponse) =>
    json.streamSessions.map(({ streamSessionId }: { streamSessionId: string }) => streamSessionId);
  expect(names(await sessions())).toEqual(['c-newest', 'a-older']);
  const known = await handlers.operator()('operator-sessions', { playerId });
  expect(names(known)).toEqual(['c-newest', 'b-ended', 'a-older', 'd-too-old']);
});
