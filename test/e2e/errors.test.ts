import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../contract/problems.ts';
import { type Answer, type Deployed, deploy, droppedSession, eventually, offer } from './harness.ts';
import { operatorOf } from './operator.ts';

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy({
    // So few that even a slow machine uses them up faster than they refill.
    settings: {
      limits: { connectionsPerMinute: 4 },
      start: { rules: [{ when: [{ claim: 'banned', present: false }], give: {} }] },
    },
  });
});
afterAll(() => deployed.close());
afterEach(async () => {
  await deployed.control('DELETE', 'faults');
  await deployed.control('PUT', 'settings', {
    activationSeconds: 0.1,
    readySeconds: 0.05,
    repeatAnswer: true,
  });
});

async function connected() {
  const player = deployed.player();
  const session = await (await player).start();
  const id: string = session.json.streamSession.streamSessionId;
  await eventually(
    () => deployed.session(id),
    ({ status }) => status === 'CONNECTED',
  );
  return { player: await player, id };
}

async function dropped() {
  const player = await deployed.player();
  return { player, ...(await droppedSession(deployed, player)) };
}

const CONNECT = 'CreateStreamSessionConnection';

/** Provokes each row of the error table. The type makes a missing row a compile error. */
const PROVOKE: Record<ProblemCode, () => Promise<Answer>> = {
  async invalid_request() {
    const { player, id } = await dropped();
    return player.reconnect(id, { signalRequest: 'no offer' });
  },
  async start_not_allowed() {
    return (await deployed.player({ claims: { banned: true } })).start();
  },
  async stream_session_not_found() {
    return (await deployed.player()).reconnect('no-such-session');
  },
  async session_not_reconnectable() {
    const { player, id } = await connected();
    return player.reconnect(id);
  },
  async taken_over() {
    const { player, id, connectionId } = await dropped();
    expect((await player.reconnect(id)).status).toBe(201);
    return player.reconnect(id, { previousConnectionId: connectionId });
  },
  async connection_in_progress() {
    const { player, id } = await dropped();
    // The function's second try is held as well.
    await deployed.hold(CONNECT, { count: 2 });
    const first = player.reconnect(id);
    await deployed.held();
    const answer = await player.reconnect(id);
    await deployed.control('DELETE', 'faults');
    await first;
    return answer;
  },
  async session_limit_reached() {
    const { player } = await connected();
    return player.start();
  },
  async session_not_terminable() {
    await deployed.control('PUT', 'settings', { activationSeconds: 1000 });
    const player = await deployed.player();
    const { json } = await player.start();
    return player.terminate(json.streamSession.streamSessionId);
  },
  async answer_lost() {
    const { player, id } = await dropped();
    // Without its answer the client does not connect, so the session's status does not change.
    await deployed.control('PUT', 'settings', { repeatAnswer: false, readySeconds: 1000 });
    await deployed.fault({ operation: CONNECT, kind: 'lostResponse', count: 1 });
    return player.reconnect(id);
  },
  async stream_session_ended() {
    const { player, id } = await dropped();
    expect((await player.terminate(id)).status).toBe(204);
    return player.reconnect(id);
  },
  async idempotency_key_reused() {
    const { player, id } = await dropped();
    await player.reconnect(id, { key: 'key-1' });
    return player.reconnect(id, { key: 'key-1' });
  },
  async offer_reused() {
    const player = await deployed.player();
    const signalRequest = offer();
    const { json } = await player.start(signalRequest);
    return player.reconnect(json.streamSession.streamSessionId, { signalRequest });
  },
  async too_many_requests() {
    const { player, id } = await connected();
    return eventually(
      () => player.reconnect(id),
      ({ json }) => json.code === 'too_many_requests',
    );
  },
  async broker_misconfigured() {
    const { player, id } = await dropped();
    await deployed.fault({ operation: CONNECT, kind: 'accessDenied', count: 1 });
    return player.reconnect(id);
  },
  async paced() {
    const { player, id } = await dropped();
    await deployed.fault({ operation: CONNECT, kind: 'throttle', count: 10 });
    return player.reconnect(id);
  },
  async not_through_edge() {
    const secret = 'a secret of this test';
    const secretSha256 = [createHash('sha256').update(secret).digest('hex')];
    const behind = await deploy({ settings: { edge: { secretSha256 } } });
    try {
      const player = await behind.player();
      const through = await player.request('GET', '/v1/streamsessions', {
        headers: { 'x-rejoin-edge': secret },
      });
      expect(through.status).toBe(200);
      return await player.sessions();
    } finally {
      await behind.close();
    }
  },
  async starts_paused() {
    const operator = operatorOf(deployed);
    expect((await operator.setBrake(600)).status).toBe(200);
    // A sandbox knows of it within five seconds. Until then one player could use up the limit of starts.
    const refused = await eventually(
      async () => (await deployed.player()).start(),
      ({ json }) => json.code === 'starts_paused',
    );
    expect((await operator.setBrake(0)).status).toBe(200);
    await eventually(
      async () => (await deployed.player()).start(),
      ({ status }) => status === 201,
    );
    return refused;
  },
  async stream_group_unavailable() {
    await deployed.fault({ operation: 'StartStreamSession', kind: 'conflict', count: 1 });
    return (await deployed.player()).start();
  },
  async upstream_unavailable() {
    const { player, id } = await dropped();
    await deployed.fault({ operation: CONNECT, kind: 'internal', count: 10 });
    return player.reconnect(id);
  },
  async upstream_timeout() {
    const { player, id } = await dropped();
    await deployed.hold(CONNECT, { count: 10 });
    return player.reconnect(id);
  },
};

/** The codes with a wait, by the column "carries" of docs/protocol.md. */
const WITH_WAIT: ProblemCode[] = [
  'session_not_reconnectable',
  'connection_in_progress',
  'session_not_terminable',
  'answer_lost',
  'too_many_requests',
  'paced',
  'starts_paused',
  'stream_group_unavailable',
  'upstream_unavailable',
  'upstream_timeout',
];

describe('each row of the error table comes from the deployment', () => {
  it.each(Object.keys(PROVOKE) as ProblemCode[])('%s', async (code) => {
    const answer = await PROVOKE[code]();
    expect(answer.json).toMatchObject({ code, status: PROBLEMS[code].status, retry: PROBLEMS[code].retry });
    expect(answer.status).toBe(PROBLEMS[code].status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.json).toMatchObject({
      type: expect.any(String),
      title: expect.any(String),
      detail: expect.any(String),
    });
    expect(answer.json.requestId).toEqual(expect.stringMatching(/.+/));
    const wait = answer.json.retryAfterMs;
    expect([code, wait !== undefined]).toEqual([code, WITH_WAIT.includes(code)]);
    expect(answer.headers.get('retry-after')).toBe(
      wait === undefined ? null : String(Math.max(1, Math.ceil(wait / 1000))),
    );
  });
});

describe('the problem', () => {
  it('session_limit_reached names the session, so that the client reconnects instead', async () => {
    const { player, id } = await connected();
    await eventually(
      () => player.status(id),
      ({ json }) => json.streamSession.status === 'CONNECTED',
    );
    const { json } = await player.start();
    expect(json.streamSession).toMatchObject({ streamSessionId: id, status: 'CONNECTED' });
  });

  it('stream_session_ended has AWS’s reason', async () => {
    const { player, id } = await dropped();
    await player.terminate(id);
    await eventually(
      () => deployed.session(id),
      ({ status }) => status === 'TERMINATED',
    );
    const ended = await eventually(
      () => player.status(id),
      ({ json }) => json.streamSession.status === 'TERMINATED',
    );
    expect(ended.json.streamSession.statusReason).toBe('apiTerminated');
    expect((await player.reconnect(id)).json).toMatchObject({
      streamSessionStatus: 'TERMINATED',
      statusReason: 'apiTerminated',
    });
  });

  it('session_not_reconnectable has AWS’s status of the session', async () => {
    const { player, id } = await connected();
    expect((await player.reconnect(id)).json.streamSessionStatus).toBe('CONNECTED');
  });
});
