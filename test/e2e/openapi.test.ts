import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playerRoutes } from '../../infra/player-routes.ts';
import { misfits } from '../openapi/conforms.ts';
import { type Answer, type Deployed, deploy, droppedSession, offer } from './harness.ts';

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'openapi.json'), 'utf8'),
);
let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy();
});
afterAll(() => deployed.close());

/** What of an answer is not as docs/openapi.json says of this route. */
function misfitsOf(name: string, { status, headers, text, json }: Answer): string[] {
  const route = playerRoutes.find((each) => each.name === name);
  const response = document.paths[route?.path ?? '']?.[route?.method.toLowerCase() ?? '']?.responses[status];
  if (response === undefined) return [`${name} does not tell of ${status}`];
  const type = headers.get('content-type')?.split(';')[0];
  if (response.content === undefined) return text === '' ? [] : [`${name} tells of no body with ${status}`];
  const content = response.content[type ?? 'application/json'];
  if (content === undefined) return [`${name} does not tell of ${type} with ${status}`];
  return misfits(document, content.schema, json);
}

/** An answer, whose status is as expected, conforms. */
function expectAsTold(name: string, status: number, answer: Answer): void {
  expect({ status: answer.status, misfits: misfitsOf(name, answer) }, answer.text).toEqual({
    status,
    misfits: [],
  });
}

describe('what the API answers is what docs/openapi.json says', () => {
  it('through the life of a session', async () => {
    const player = await deployed.player();
    expectAsTold('sessions', 200, await player.sessions());
    const { id, connectionId } = await droppedSession(deployed, player);
    expectAsTold('status', 200, await player.status(id));
    expectAsTold('start', 409, await player.start());
    const signalRequest = offer();
    const back = await player.reconnect(id, {
      signalRequest,
      key: 'key-1',
      previousConnectionId: connectionId,
    });
    expectAsTold('reconnect', 201, back);
    const again = await player.reconnect(id, {
      signalRequest,
      key: 'key-1',
      previousConnectionId: connectionId,
    });
    expectAsTold('reconnect', 201, again);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expectAsTold('reconnect', 422, await player.reconnect(id, { key: 'key-1' }));
    expectAsTold('reconnect', 409, await player.reconnect(id));
    expectAsTold('sessions', 200, await player.sessions());
    expectAsTold('terminate', 204, await player.terminate(id));
    expectAsTold('status', 200, await player.status(id));
    expectAsTold('reconnect', 410, await player.reconnect(id));
  });

  it('at a start, first and repeated', async () => {
    const player = await deployed.player();
    const signalRequest = offer();
    expectAsTold('start', 201, await player.start(signalRequest, 'key-1'));
    expectAsTold('start', 201, await player.start(signalRequest, 'key-1'));
    expectAsTold('start', 422, await player.start(offer(), 'key-1'));
  });

  it('to somebody with no right, no sense or no luck', async () => {
    const player = await deployed.player();
    const { id } = await droppedSession(deployed, player);
    const stranger = await deployed.player();
    expectAsTold('status', 404, await stranger.status(id));
    expectAsTold('terminate', 404, await stranger.terminate(id));
    expectAsTold('reconnect', 404, await stranger.reconnect(id));
    expectAsTold('reconnect', 400, await player.reconnect(id, { signalRequest: 'no offer' }));
    const unsigned = { headers: { authorization: 'Bearer nothing' } };
    expectAsTold('sessions', 401, await player.request('GET', '/v1/streamsessions', unsigned));
    const connect = { operation: 'CreateStreamSessionConnection', count: 10 };
    for (const [kind, status] of [
      ['throttle', 503],
      ['internal', 503],
      ['accessDenied', 500],
    ] as const) {
      await deployed.fault({ ...connect, kind });
      expectAsTold('reconnect', status, await player.reconnect(id));
      await deployed.control('DELETE', 'faults');
    }
  });
});
