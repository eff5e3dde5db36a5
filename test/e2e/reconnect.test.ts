import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { TerminateStreamSessionCommand } from '@aws-sdk/client-gameliftstreams';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { HANGS_AFTER_MS } from '../patience.ts';
import {
  awsClient,
  type Deployed,
  deploy,
  droppedSession,
  eventually,
  offer,
  type Player,
  startedElsewhere,
} from './harness.ts';

const CONNECT = 'CreateStreamSessionConnection';
const RECONNECT_ROUTE = 'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/connections';

let deployed: Deployed;
beforeAll(async () => {
  // A call may be held for as long as a test takes: neither AWS's client nor the function times out.
  deployed = await deploy({
    functionEnvironment: { GAMELIFTSTREAMS_TIMEOUT_MS: String(HANGS_AFTER_MS) },
  });
});
afterAll(() => deployed.close());
afterEach(async () => {
  await deployed.control('DELETE', 'faults');
  await deployed.control('PUT', 'settings', { repeatAnswer: true, readySeconds: 0.05 });
});

async function dropped() {
  const player = await deployed.player();
  const session = await droppedSession(deployed, player);
  await deployed.forgetCalls();
  return { player, ...session };
}

/** The answer grants a second connection, and there is no third. */
const connectedTwice = (id: string) =>
  eventually(
    () => deployed.session(id),
    ({ connections, status }) => connections === 2 && status === 'CONNECTED',
  );

/** Lets a session's lease expire by a write into the table, so that no test depends on time. */
async function endLease(player: Player, streamSessionId: string) {
  const { endpoints, principals } = deployed;
  const fn = deployed.functionOf(RECONNECT_ROUTE);
  const client = new DynamoDBClient({
    endpoint: endpoints.table,
    region: endpoints.region,
    credentials: principals.keyOf(fn),
  });
  await client.send(
    new UpdateItemCommand({
      TableName: fn.environment.TABLE_NAME,
      Key: marshall({
        pk: playerIdOf(endpoints.identity, player.name, 'pseudonym'),
        sk: `SESSION#${endpoints.streamGroupId}#${streamSessionId}`,
      }),
      UpdateExpression: 'SET #lease[0].#until = :now',
      ExpressionAttributeNames: { '#lease': 'lease', '#until': 'until' },
      ExpressionAttributeValues: marshall({ ':now': Date.now() }),
    }),
  );
  client.destroy();
}

const tokens = async () => (await deployed.calls(CONNECT)).map((call) => call.clientToken);

describe('a dropped player', () => {
  it('is back in the same session, and the game went on meanwhile', async () => {
    const { player, id } = await dropped();
    const before = (await deployed.session(id)).counter as number;
    const answer = await player.reconnect(id, { key: 'once' });
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.json.signalResponse)).toMatchObject({ type: 'answer' });
    expect(answer.json.streamSession).toMatchObject({ streamSessionId: id, status: 'RECONNECTING' });
    const session = await eventually(
      () => deployed.session(id),
      ({ status }) => status === 'CONNECTED',
    );
    expect(session.counter).toBeGreaterThanOrEqual(before);
    expect((await player.status(id)).json.streamSession.streamSessionId).toBe(id);
  });

  it('finds the session again after a reload, with nothing but a token', async () => {
    const { player, id } = await dropped();
    const { status, json } = await player.sessions();
    expect(status).toBe(200);
    expect(
      json.streamSessions.map((session: { streamSessionId: string }) => session.streamSessionId),
    ).toEqual([id]);
  });

  it("calls AWS as the reconnect function's own role", async () => {
    const { player, id } = await dropped();
    await player.reconnect(id);
    const [call] = await deployed.calls(CONNECT);
    const role = deployed.functionOf(RECONNECT_ROUTE).roleLogicalId;
    const roles = deployed.stacks.flatMap((stack) => stack.roles);
    expect(call?.principal).toBe(roles.find(({ logicalId }) => logicalId === role)?.name);
    expect(new Set(roles.map(({ name }) => name)).size).toBe(roles.length);
  });
});

describe('a repeated request', () => {
  it('with the same key is one AWS call and the same bytes, marked as a repetition', async () => {
    const { player, id } = await dropped();
    const request = { signalRequest: offer(), key: 'key-1' };
    const first = await player.reconnect(id, request);
    const again = await player.reconnect(id, request);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await tokens()).toHaveLength(1);
  });

  it('without a key is recognized by its offer', async () => {
    const { player, id } = await dropped();
    const request = { signalRequest: offer() };
    const first = await player.reconnect(id, request);
    expect((await player.reconnect(id, request)).text).toBe(first.text);
    expect(await tokens()).toHaveLength(1);
  });

  it('twice at once is one connection', async () => {
    const { player, id } = await dropped();
    await deployed.hold(CONNECT);
    const request = { signalRequest: offer(), key: 'key-1' };
    const first = player.reconnect(id, request);
    await deployed.held();
    const second = await player.reconnect(id, request);
    expect(second).toMatchObject({ status: 409, json: { code: 'connection_in_progress', retry: 'same' } });
    await deployed.release();
    const { status, text } = await first;
    expect(status).toBe(201);
    expect((await player.reconnect(id, request)).text).toBe(text);
    expect(await tokens()).toHaveLength(1);
    await connectedTwice(id);
  });

  it('a start is one session, and the same bytes', async () => {
    const player = await deployed.player();
    const request = offer();
    const [first, second] = [await player.start(request, 'start-1'), await player.start(request, 'start-1')];
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const { json } = await player.sessions();
    expect(json.streamSessions).toHaveLength(1);
  });
});

describe('a response lost on the way back', () => {
  it('from AWS is recovered inside the function with the same client token', async () => {
    const { player, id } = await dropped();
    await deployed.fault({ operation: CONNECT, kind: 'lostResponse', count: 1 });
    expect((await player.reconnect(id)).status).toBe(201);
    const seen = await tokens();
    expect(seen).toHaveLength(2);
    expect(new Set(seen).size).toBe(1);
    await connectedTwice(id);
  });

  it('more often than the function repeats is recovered by the client with the same request', async () => {
    const { player, id } = await dropped();
    await deployed.fault({ operation: CONNECT, kind: 'lostResponse', count: 3 });
    const request = { signalRequest: offer(), key: 'key-1' };
    expect((await player.reconnect(id, request)).json).toMatchObject({
      code: 'upstream_unavailable',
      retry: 'same',
    });
    expect((await player.reconnect(id, request)).status).toBe(201);
    expect(new Set(await tokens()).size).toBe(1);
    await connectedTwice(id);
  });

  it('from an AWS that repeats no answer costs a new offer, not the session', async () => {
    const { player, id, connectionId } = await dropped();
    // Without its answer the client does not connect, so the session's status does not change.
    await deployed.control('PUT', 'settings', { repeatAnswer: false, readySeconds: 1000 });
    await deployed.fault({ operation: CONNECT, kind: 'lostResponse', count: 1 });
    const lost = await player.reconnect(id, { previousConnectionId: connectionId });
    expect(lost.json).toMatchObject({
      code: 'answer_lost',
      retry: 'newOffer',
      streamSessionStatus: 'RECONNECTING',
    });
    await deployed.control('PUT', 'settings', { readySeconds: 0.05 });
    await connectedTwice(id);
    await deployed.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    const back = await player.reconnect(id, { previousConnectionId: connectionId });
    expect([back.status, back.json.streamSession.streamSessionId]).toEqual([201, id]);
  });
});

describe('a function killed in the middle', () => {
  it('costs the player the time of its lease, not the session, and the same request succeeds after that', async () => {
    const { player, id } = await dropped();
    await deployed.hold(CONNECT, { at: 'answer' });
    const request = { signalRequest: offer(), key: 'key-1' };
    const killed = player.reconnect(id, request);
    await deployed.held();
    expect(deployed.pool.kill(deployed.functionOf(RECONNECT_ROUTE).logicalId)).toBe(1);
    expect(await killed).toMatchObject({ status: 500, json: { message: 'Internal Server Error' } });
    expect((await player.reconnect(id, request)).json.code).toBe('connection_in_progress');
    await endLease(player, id);
    const back = await player.reconnect(id, request);
    expect([back.status, back.json.streamSession?.streamSessionId]).toEqual([201, id]);
    // AWS received the first call, and repeats its answer for the same client token.
    expect(new Set(await tokens()).size).toBe(1);
    await connectedTwice(id);
  });
});

describe('a page that sends silentMs', () => {
  it('is answered like one that does not, and may repeat its request with another value', async () => {
    const { player, id } = await dropped();
    const request = { signalRequest: offer(), key: 'key-of-silence' };
    const first = await player.reconnect(id, { ...request, silentMs: 1900 });
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
    for (const silentMs of [undefined, 0, 3_600_000]) {
      const again = await player.reconnect(id, {
        ...request,
        ...(silentMs === undefined ? {} : { silentMs }),
      });
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
      expect(again.json).toEqual(first.json);
    }
    expect(await tokens()).toHaveLength(1);
  });
});

describe('two devices of one player', () => {
  it('do not fight: the first one gets taken_over, and gets the stream back when the player insists', async () => {
    const { player, id, connectionId } = await dropped();
    const second = await player.reconnect(id);
    const overtaken = await player.reconnect(id, { previousConnectionId: connectionId });
    expect(overtaken.json).toMatchObject({ code: 'taken_over', retry: 'never' });
    await eventually(
      () => deployed.session(id),
      ({ status }) => status === 'CONNECTED',
    );
    await deployed.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    const insisted = await eventually(
      () => player.reconnect(id),
      ({ status }) => status === 201,
    );
    expect(insisted.json.connectionId).not.toBe(second.json.connectionId);
    const nowOvertaken = await player.reconnect(id, { previousConnectionId: second.json.connectionId });
    expect(nowOvertaken.json.code).toBe('taken_over');
  });
});

describe("another player's session", () => {
  it('gets the same answer as an unknown one, on every route, and nothing reaches AWS', async () => {
    const { id } = await dropped();
    const stranger = await deployed.player();
    const shape = async (sessionId: string) =>
      Promise.all(
        [stranger.reconnect(sessionId), stranger.status(sessionId), stranger.terminate(sessionId)].map(
          async (asked) => {
            const { status, json, headers } = await asked;
            const { requestId, ...body } = json;
            const names = [...headers.keys()].filter((name) => !['date', 'apigw-requestid'].includes(name));
            return { status, body, names, hasId: typeof requestId };
          },
        ),
      );
    const theirs = await shape(id);
    const unknown = await shape('00000000-0000-4000-8000-000000000000');
    expect(theirs).toEqual(unknown);
    expect(theirs.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await deployed.calls()).toEqual([]);
    expect((await stranger.sessions()).json.streamSessions).toEqual([]);
  });

  it('started by a publisher stays closed while adoption is off, even to the player it was started for', async () => {
    const player = await deployed.player();
    const id = await startedElsewhere(deployed, player);
    expect((await player.reconnect(id)).status).toBe(404);
  });
});

describe('status polls', () => {
  it('of many browsers cost at most one GetStreamSession a second', async () => {
    const { player, id } = await dropped();
    const began = performance.now();
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 6 }, () => player.status(id)));
    }
    const seconds = (performance.now() - began) / 1000;
    expect((await deployed.calls('GetStreamSession')).length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
  });

  it("return the start's answer until a reconnect replaces it", async () => {
    const player = await deployed.player();
    const { json } = await player.start();
    const id = json.streamSession.streamSessionId;
    const ready = await eventually(
      () => player.status(id),
      (answer) => answer.json.signalResponse !== undefined,
    );
    expect(JSON.parse(ready.json.signalResponse)).toMatchObject({ type: 'answer' });
    await deployed.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    await eventually(
      () => player.reconnect(id),
      ({ status }) => status === 201,
    );
    expect((await player.status(id)).json).not.toHaveProperty('signalResponse');
  });
});

describe('a session that is over', () => {
  it('does not block its player from starting another, although the broker has not seen its end', async () => {
    const { player, id } = await dropped();
    const client = awsClient(deployed);
    const Identifier = deployed.endpoints.streamGroupId;
    await client.send(new TerminateStreamSessionCommand({ Identifier, StreamSessionIdentifier: id }));
    client.destroy();
    const { status, json } = await player.start();
    expect(status).toBe(201);
    expect(json.streamSession.streamSessionId).not.toBe(id);
  });

  it('can be ended again without an error', async () => {
    const { player, id } = await dropped();
    expect((await player.terminate(id)).status).toBe(204);
    expect((await player.terminate(id)).status).toBe(204);
    expect(await deployed.calls('TerminateStreamSession')).toHaveLength(1);
  });
});

describe('the executed code', () => {
  it('is the asset that would be deployed, byte for byte', async () => {
    const { player, id } = await dropped();
    await player.reconnect(id);
    const fn = deployed.functionOf(RECONNECT_ROUTE);
    const executed = deployed.pool.executed(fn.logicalId);
    expect(fn.assetDirectory).toBe(join(deployed.directory, 'cdk.out', `asset.${fn.assetHash}`));
    const digest = createHash('sha256')
      .update(readFileSync(join(fn.assetDirectory, 'index.mjs')))
      .digest('hex');
    expect(executed).toMatchObject({ sha256: digest });
  });
});

describe('logs', () => {
  it('contain no token, no offer and no answer, after all of the above', async () => {
    const { player, id } = await dropped();
    const signalRequest = offer();
    const { json } = await player.reconnect(id, { signalRequest, key: 'a-key' });
    await player.reconnect(id, { signalRequest: 'not an offer' });
    const directory = join(deployed.directory, 'logs');
    const logs = await eventually(
      async () =>
        readdirSync(directory)
          .map((file) => readFileSync(join(directory, file), 'utf8'))
          .join('\n'),
      (text) => text.includes('"connected"') && text.includes('invalid_request'),
    );
    const secrets = [
      player.token,
      player.token.split('.')[2],
      JSON.parse(signalRequest).sdp.split('\n')[1],
      'v=0',
      'not an offer',
    ];
    for (const secret of [...secrets, JSON.parse(json.signalResponse).sdp.split(/\r?\n/)[1]]) {
      expect(logs).not.toContain(secret);
    }
  });
});
