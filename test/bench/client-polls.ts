import { concurrencyLimit } from '../../bench/broker/concurrency-limit.ts';
import { rejoinPlayer } from '../../bench/storm/rejoin-player.ts';
import { createVirtualClock } from '../client/virtual-clock.ts';

const session = {
  streamGroupId: 'sg-1',
  streamSessionId: 'session-1',
  status: 'CONNECTED',
  createdAt: '2027-01-15T08:00:00.000Z',
  connectionTimeoutSeconds: 120,
};

/**
 * When the client library polls a session's status, and when it requests a connection again, in milliseconds after a refusal as
 * CONNECTED. Answers take no time.
 *
 * @param noticedAtPoll from this poll on, AWS has noticed the loss
 * @param retryAfterMs the wait that the refusal names
 */
export async function clientPolls(
  noticedAtPoll: number,
  retryAfterMs: number,
): Promise<{ polls: number[]; requestAt: number }> {
  const clock = createVirtualClock();
  const polls: number[] = [];
  const requests: number[] = [];
  const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status });
  const granted = () =>
    answer(201, { streamSession: session, signalResponse: 'an answer', connectionId: 'connection-1' });
  const player = rejoinPlayer({
    api: 'https://api.example',
    streamGroupId: 'sg-1',
    firstRequests: concurrencyLimit(1),
    token: () => 'token-1',
    environment: {
      ...clock,
      random: () => 0,
      async fetch(_url, { method = 'GET' }) {
        if (method === 'GET') {
          polls.push(clock.now());
          const status = polls.length < noticedAtPoll ? 'CONNECTED' : 'PENDING_CLIENT_RECONNECTION';
          return answer(200, { streamSession: { ...session, status } });
        }
        requests.push(clock.now());
        // The first one starts the session.
        if (requests.length !== 2) return granted();
        return answer(409, {
          code: 'session_not_reconnectable',
          retry: 'newOffer',
          streamSessionStatus: 'CONNECTED',
          retryAfterMs,
        });
      },
    },
  });
  const starting = player.start();
  await clock.advance(1000);
  await starting;
  const lostAt = clock.now();
  const coming = player.reconnect({ patienceMs: 0, elapsed: () => clock.now() - lostAt });
  await clock.advance(60_000);
  await coming;
  const [, refusedAt = 0, requestAt = 0] = requests;
  return { polls: polls.map((at) => at - refusedAt), requestAt: requestAt - refusedAt };
}
