import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Deployed, deploy, droppedSession, offer } from './harness.ts';
import { operatorOf, playing } from './operator.ts';

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy({ emulator: { adminShellReadySeconds: 0 } });
});
afterAll(() => deployed.close());

const statuses = (answers: Answer[]) => answers.map(({ status }) => status);

/** The harness checks each answer of every test against the documents. Here each kind comes through the gateway. */
describe('what the deployment answers is what docs/openapi.json says', () => {
  it('through the life of a session', async () => {
    const player = await deployed.player();
    const before = await player.sessions();
    const { id, connectionId } = await droppedSession(deployed, player);
    const asked = { signalRequest: offer(), key: 'key-1', previousConnectionId: connectionId };
    const answers = [
      before,
      await player.status(id),
      await player.start(),
      await player.reconnect(id, asked),
    ];
    expect(statuses(answers)).toEqual([200, 200, 409, 201]);
    const again = await player.reconnect(id, asked);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    const later = [
      await player.reconnect(id, { key: 'key-1' }),
      await player.reconnect(id),
      await player.terminate(id),
      await player.status(id),
      await player.reconnect(id),
    ];
    expect(statuses(later)).toEqual([422, 409, 204, 200, 410]);
  });

  it('at a start, first and repeated', async () => {
    const player = await deployed.player();
    const signalRequest = offer();
    const answers = [
      await player.start(signalRequest, 'key-1'),
      await player.start(signalRequest, 'key-1'),
      await player.start(offer(), 'key-1'),
    ];
    expect(statuses(answers)).toEqual([201, 201, 422]);
    expect(answers[1]?.headers.get('idempotency-replayed')).toBe('true');
  });

  it('to refused, malformed and failed requests', async () => {
    const player = await deployed.player();
    const { id } = await droppedSession(deployed, player);
    const stranger = await deployed.player();
    const unsigned = { headers: { authorization: 'Bearer nothing' } };
    const answers = [
      await stranger.status(id),
      await player.reconnect(id, { signalRequest: 'no offer' }),
      await player.request('GET', '/v1/streamsessions', unsigned),
    ];
    await deployed.fault({ operation: 'CreateStreamSessionConnection', kind: 'throttle', count: 10 });
    answers.push(await player.reconnect(id));
    await deployed.control('DELETE', 'faults');
    expect(statuses(answers)).toEqual([404, 400, 401, 503]);
    expect(answers[3]?.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

describe('what the deployment answers is what docs/openapi-operator.json says', () => {
  it('to an operator, to another principal, and to an unsigned request', async () => {
    const { id, playerId } = await playing(deployed);
    const operator = operatorOf(deployed);
    const stranger = operatorOf(deployed, deployed.principals.stranger);
    const nobody = operatorOf(deployed, { ...deployed.endpoints.operator, secretAccessKey: 'guessed' });
    const answers = [
      await operator.shell(id),
      await operator.shell(id, { reason: 'short' }),
      await stranger.shell(id),
      await nobody.shell(id),
      await operator.sessions(playerId),
      await operator.terminate(id),
      await operator.terminate(id),
      await operator.shell(id),
    ];
    expect(statuses(answers)).toEqual([201, 400, 403, 403, 200, 204, 204, 409]);
    expect(answers.map(({ headers }) => headers.get('content-type'))).toContain('application/problem+json');
  });
});
