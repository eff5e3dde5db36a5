import { randomInt } from 'node:crypto';

/** A session of a bench: whose it is, and which. */
export interface BenchSession {
  player: string;
  id: string;
}

/** As long as the official Web SDK's offers are; a player's candidates come on top. */
const OFFER_BYTES = 7000;
/** Shaped like the lines that make an offer long. */
const FILLER = 'a=x-rejoin-bench:111 minptime=10;useinbandfec=1;packetization-mode=1\r\n';

/** An offer as long as a real one, that nobody made before; without a fingerprint, so that it is answered by signalling alone. */
export function longOffer(): string {
  const head = `v=0\r\no=- ${randomInt(2 ** 47)} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n`;
  return JSON.stringify({ type: 'offer', sdp: head + FILLER.repeat(OFFER_BYTES / FILLER.length) });
}

/** The event that API Gateway hands a function of the player API, as far as the functions read it. */
export function playerEvent(asked: {
  player: string;
  streamGroupId: string;
  streamSessionId?: string;
  body: object;
}) {
  const { player, streamGroupId, streamSessionId, body } = asked;
  return {
    version: '2.0',
    headers: { 'content-type': 'application/json', 'idempotency-key': `bench-${randomInt(2 ** 47)}` },
    pathParameters: { streamGroupId, ...(streamSessionId === undefined ? {} : { streamSessionId }) },
    requestContext: {
      requestId: `bench-${randomInt(2 ** 47)}`,
      authorizer: { jwt: { claims: { iss: 'https://identity.example.com', sub: player }, scopes: null } },
    },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}

/** What a bench reads of a function's answer. */
export interface Answer {
  statusCode: number;
  body: string;
}

/** A reconnect's event. */
export function reconnectEvent(streamGroupId: string, { player, id }: BenchSession, signalRequest: string) {
  return playerEvent({ player, streamGroupId, streamSessionId: id, body: { signalRequest } });
}
