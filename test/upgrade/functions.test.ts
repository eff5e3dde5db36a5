import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { APPLICATION, type Bench, GROUP, newOffer } from '../emulator/support.ts';
import { type Api, apiOf, openDeployment } from './deployment.ts';
import { earlierVersion, earlierVersions, thisVersion } from './versions.ts';

/**
 * While a deployment runs, functions of two versions serve the same players from one table. Each test lets one version do the first
 * half, and the other one the second, both ways.
 */
let deployment: Bench;
const apis = new Map<string, Api>();
beforeAll(async () => {
  deployment = await openDeployment();
  for (const name of earlierVersions) apis.set(name, apiOf((await earlierVersion(name)).functions));
  apis.set('this version', apiOf((await thisVersion()).functions));
});
afterEach(() => deployment.emulator.clearFaults());
afterAll(() => deployment.close());

const apiNamed = (name: string): Api => apis.get(name) ?? expect.unreachable(name);

/** A player, whose requests go to the functions of a version. */
function newPlayer() {
  const player = `player-${randomUUID()}`;
  const ask = async (version: string, method: string, path: string, body?: object, key?: string) => {
    const response = await apiNamed(version)(`https://api.example/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${player}`, ...(key && { 'idempotency-key': key }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      isReplayed: response.headers.get('idempotency-replayed') === 'true',
      json: text === '' ? undefined : JSON.parse(text),
    };
  };
  const group = `/streamgroups/${GROUP}/streamsessions`;
  return {
    start: (version: string, offer = newOffer(), key?: string) =>
      ask(version, 'POST', group, { signalRequest: offer, applicationIdentifier: APPLICATION }, key),
    status: (version: string, id: string) => ask(version, 'GET', `${group}/${id}`),
    sessions: (version: string) => ask(version, 'GET', '/streamsessions'),
    end: (version: string, id: string) => ask(version, 'DELETE', `${group}/${id}`),
    reconnect: (version: string, id: string, body: object = {}, key?: string) =>
      ask(version, 'POST', `${group}/${id}/connections`, { signalRequest: newOffer(), ...body }, key),
  };
}

/** A player whose session one version has started, and whose stream is lost. */
async function lost(version: string) {
  const player = newPlayer();
  const { json } = await player.start(version);
  const id: string = json.streamSession.streamSessionId;
  await deployment.reaches(id, 'CONNECTED');
  deployment.emulator.dropClient(id, { how: 'close' });
  return { player, id, connectionId: json.connectionId as string };
}

const ways = earlierVersions.flatMap((earlier) => [
  [earlier, 'this version'],
  ['this version', earlier],
]) as [string, string][];

describe.each(ways)('what the functions of %s have written, those of %s', (writer, reader) => {
  it('read: status, own sessions, a second start, and the end', async () => {
    const { player, id } = await lost(writer);
    expect((await player.status(reader, id)).json.streamSession).toMatchObject({ streamSessionId: id });
    expect((await player.sessions(reader)).json.streamSessions).toMatchObject([{ streamSessionId: id }]);
    expect((await player.start(reader)).json).toMatchObject({
      code: 'session_limit_reached',
      streamSession: { streamSessionId: id },
    });
    expect((await player.end(reader, id)).status).toBe(204);
    await deployment.reaches(id, 'TERMINATED');
    const { json } = await player.reconnect(reader, id);
    expect(json.code).toBe('stream_session_ended');
    expect((await player.reconnect(writer, id)).json.code).toBe('stream_session_ended');
  });

  it('refuse to another player, as if the session did not exist', async () => {
    const { id } = await lost(writer);
    expect((await newPlayer().end(reader, id)).json.code).toBe('stream_session_not_found');
  });

  it('answer again with the same bytes, and AWS is not asked again', async () => {
    const { player, id } = await lost(writer);
    const body = { signalRequest: newOffer() };
    const first = await player.reconnect(writer, id, body, 'key-1');
    expect(first.status).toBe(201);
    deployment.emulator.clearCalls();
    const again = await player.reconnect(reader, id, body, 'key-1');
    expect({ status: again.status, isReplayed: again.isReplayed }).toEqual({ status: 201, isReplayed: true });
    expect(again.text).toBe(first.text);
    expect(deployment.emulator.calls()).toEqual([]);
    expect((await player.reconnect(reader, id, {}, 'key-1')).json.code).toBe('idempotency_key_reused');
  });

  it('answer a start again with the same bytes', async () => {
    const player = newPlayer();
    const offer = newOffer();
    const first = await player.start(writer, offer, 'key-1');
    const again = await player.start(reader, offer, 'key-1');
    expect(again).toMatchObject({ status: 201, json: { connectionId: first.json.connectionId } });
    const { streamSessionId } = first.json.streamSession;
    expect(again.json.streamSession.streamSessionId).toBe(streamSessionId);
  });

  it('keep out while a request is under way', async () => {
    const { player, id } = await lost(writer);
    const gate = deployment.emulator.hold({ operation: 'CreateStreamSessionConnection', at: 'answer' });
    const underWay = player.reconnect(writer, id);
    await gate.held();
    expect((await player.reconnect(reader, id)).json.code).toBe('connection_in_progress');
    gate.release();
    expect((await underWay).status).toBe(201);
  });

  it('repeat at AWS with the same client token where its answer was lost', async () => {
    const { player, id } = await lost(writer);
    const body = { signalRequest: newOffer() };
    deployment.emulator.clearCalls();
    deployment.emulator.addFault({ operation: 'CreateStreamSessionConnection', kind: 'lostResponse' });
    expect((await player.reconnect(writer, id, body, 'key-1')).status).toBeGreaterThanOrEqual(500);
    deployment.emulator.clearFaults();
    expect((await player.reconnect(reader, id, body, 'key-1')).status).toBe(201);
    const tokens = deployment.emulator
      .calls()
      .filter(({ operation }) => operation === 'CreateStreamSessionConnection')
      .map(({ clientToken }) => clientToken);
    expect(tokens.length).toBeGreaterThan(1);
    expect(new Set(tokens).size).toBe(1);
  });

  it('know which device holds the stream', async () => {
    const { player, id, connectionId } = await lost(writer);
    const second = await player.reconnect(writer, id, { previousConnectionId: connectionId });
    expect(second.status).toBe(201);
    await deployment.reaches(id, 'CONNECTED');
    deployment.emulator.dropClient(id, { how: 'close' });
    const other = await player.reconnect(reader, id, { previousConnectionId: 'another-device' });
    expect(other.json.code).toBe('taken_over');
    const third = await player.reconnect(reader, id, { previousConnectionId: second.json.connectionId });
    expect(third.status).toBe(201);
  });
});

// After all others: the queue stands for some time.
describe.each(ways)('a storm that the functions of %s have noticed', (writer, reader) => {
  it(`is known to those of ${reader}: their players get a turn too, and AWS is not asked`, async () => {
    const early = [];
    for (let count = 0; count < 4; count += 1) early.push(await lost(writer));
    const late = await lost(writer);
    deployment.emulator.addFault({ operation: 'CreateStreamSessionConnection', kind: 'throttle' });
    for (const { player, id } of early) expect((await player.reconnect(writer, id)).json.code).toBe('paced');
    deployment.emulator.clearFaults();
    deployment.emulator.clearCalls();
    expect((await late.player.reconnect(reader, late.id)).json).toMatchObject({
      code: 'paced',
      queuePosition: expect.any(Number),
    });
    const asked = deployment.emulator.calls().map(({ operation }) => operation);
    expect(asked).not.toContain('CreateStreamSessionConnection');
  });
});
