/** A reconnect that nobody asked for: see `initialization/rehearse.ts`. */
import type { RehearsedRequest, Stage } from '../../initialization/stage.ts';

const NAME = 'rehearsal';
/** About as long as a real one. */
const OFFER = JSON.stringify({
  type: 'offer',
  sdp: `v=0\r\n${'a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n'.repeat(120)}`,
});

/** API Gateway's event of it. */
export function rehearsedEvent(streamGroupId: string) {
  return {
    version: '2.0',
    headers: { 'content-type': 'application/json', 'idempotency-key': NAME },
    pathParameters: { streamGroupId, streamSessionId: NAME },
    requestContext: {
      requestId: NAME,
      authorizer: { jwt: { claims: { iss: NAME, sub: NAME }, scopes: null } },
    },
    body: JSON.stringify({ signalRequest: OFFER }),
    isBase64Encoded: false,
  };
}

/** Lambda's context of it: the time that it has. */
export const REHEARSED_CONTEXT = { awsRequestId: NAME, getRemainingTimeInMillis: () => 3000 };

/** A table in which the session is the caller's, with no queue, and an AWS that answers. @param now epoch milliseconds */
export function rehearsedAws(streamGroupId: string, now: number): Stage {
  return ({ target, body }: RehearsedRequest) => {
    if (target === undefined) return { SignalResponse: OFFER };
    const { ExpressionAttributeValues: values, ReturnValues: returns } = JSON.parse(body);
    // The read of the queue, and the write that ends the request.
    if (returns !== 'ALL_NEW') return {};
    const text = (S: string) => ({ S });
    const number = (N: number) => ({ N: String(N) });
    return {
      Attributes: {
        pk: text(NAME),
        sk: text(NAME),
        streamGroupId: text(streamGroupId),
        streamSessionId: text(NAME),
        status: text('CONNECTED'),
        statusAt: number(now),
        createdAt: number(now),
        connectionTimeoutSeconds: number(120),
        sessionLengthSeconds: number(43_200),
        lease: values[':lease'],
      },
    };
  };
}
