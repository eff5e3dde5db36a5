import { randomInt } from 'node:crypto';

/** A session of a bench, and its player. */
export interface BenchSession {
  player: string;
  id: string;
}

/** API Gateway's event for a function of the player API, as far as the functions read it. */
export function playerEvent(request: {
  player: string;
  streamGroupId: string;
  streamSessionId?: string;
  body?: object;
}) {
  const { player, streamGroupId, streamSessionId, body } = request;
  return {
    version: '2.0',
    headers: { 'content-type': 'application/json', 'idempotency-key': `bench-${randomInt(2 ** 47)}` },
    pathParameters: { streamGroupId, ...(streamSessionId === undefined ? {} : { streamSessionId }) },
    requestContext: {
      requestId: `bench-${randomInt(2 ** 47)}`,
      authorizer: { jwt: { claims: { iss: 'https://identity.example.com', sub: player }, scopes: null } },
    },
    ...(body && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

/** The part of a function's answer that a bench reads. */
export interface Answer {
  statusCode: number;
  body: string;
}

/** A reconnect's event. */
export function reconnectEvent(streamGroupId: string, { player, id }: BenchSession, signalRequest: string) {
  return playerEvent({ player, streamGroupId, streamSessionId: id, body: { signalRequest } });
}
