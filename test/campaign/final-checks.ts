/** The checks at the end of a run: all faults are over, and what the answers said must now hold. */
import { isOverAtAws } from './aws.ts';
import type { Exchange } from './exchange.ts';
import { deviceOf, type PlayerRequest } from './players.ts';
import type { RunContext } from './run-context.ts';

const MINUTE_MS = 60_000;
/** A client that follows the answers must succeed or be refused for good within this time. */
const CONVERGES_MS = 10 * MINUTE_MS;
/** The wait where an answer names none, such as API Gateway's own. */
const OWN_WAIT_MS = 1000;
/** A session that ends sooner may end before the player can be back. */
const LIFE_LEFT_MS = 60_000;

/** A request of the final checks, with its own id. */
function probe(request: PlayerRequest, number: number, changes: Partial<PlayerRequest> = {}): PlayerRequest {
  return { ...request, ...changes, id: `probe-${number}` };
}

/** A new offer for an earlier request. */
function withNewOffer(request: PlayerRequest, number: number): Partial<PlayerRequest> {
  const sdp = `v=0\\r\\no=- ${request.device} probe ${number}\\r\\n`;
  return { offer: `{"type":"offer","sdp":"${sdp}"}`, key: `probe-key-${number}` };
}

/** Repeats a request as its answers say until it succeeds or is refused for good. @returns undefined where neither happens */
async function followRetry(from: Exchange, context: RunContext): Promise<Exchange | undefined> {
  const until = context.time.now() + CONVERGES_MS;
  let last = from;
  for (let number = 0; context.time.now() < until; number++) {
    const { retry, retryAfterMs = OWN_WAIT_MS } = last.body;
    if (last.status < 300 || retry === 'never') return last;
    await context.time.sleep(retryAfterMs);
    const changes = retry === 'newOffer' ? withNewOffer(last.request, number) : {};
    last = await context.send(probe(last.request, number, changes), { sandbox: 5 });
    // A session whose client is still connected accepts no new connection.
    const session = context.aws.sessions.get(last.request.session ?? '');
    if (last.body.code === 'session_not_reconnectable' && session?.status === 'CONNECTED') return last;
  }
  return undefined;
}

/** A request that was refused for good must not succeed a minute later. */
async function checkNever(refusal: Exchange, context: RunContext): Promise<void> {
  if (refusal.body.code === 'session_limit_reached') return;
  // AWS may not yet know a session that was started elsewhere a moment ago. The broker can't tell it from a guess.
  if (refusal.body.code === 'stream_session_not_found') return;
  await context.time.sleep(MINUTE_MS);
  const again = await context.send(probe(refusal.request, 1000), { sandbox: 5 });
  if (again.status >= 300) return;
  context.violate({
    invariant: 4,
    what: `${refusal.request.route} answered ${refusal.body.code}, retry never, but the same request succeeds a minute later`,
  });
}

/** A dropped player whose session lives for another minute gets back before AWS ends it. */
async function checkPlayerReturns(player: number, context: RunContext): Promise<void> {
  const actor = context.player(player);
  const id = actor.session ?? '';
  const session = context.aws.sessions.get(id);
  if (!session || session.held || isOverAtAws(session) || session.userId !== actor.playerId) return;
  const waiting = session.status === 'PENDING_CLIENT_RECONNECTION';
  const left = session.createdAt + session.sessionLengthSeconds * 1000 - context.time.now();
  if (!waiting || left < LIFE_LEFT_MS) return;
  const since = context.time.now() - session.statusAt;
  if (session.connectionTimeoutSeconds * 1000 - since < LIFE_LEFT_MS) return;
  const device = deviceOf(actor, 9);
  const base: PlayerRequest = { id: 'back', player, device: device.name, route: 'reconnect', session: id };
  const first = await context.send({ ...base, ...withNewOffer(base, 5000) }, { sandbox: 5 });
  const last = await followRetry(first, context);
  if (last && last.status < 300) return;
  context.violate({
    invariant: 7,
    what: `a player with a minute left got ${last?.body.code ?? first.body.code} and lost the session`,
  });
}

/** @param during the number of exchanges before the final checks */
export async function runFinalChecks(context: RunContext, during: number): Promise<void> {
  const { time, exchanges, violate } = context;
  const last = exchanges
    .slice(0, during)
    .findLast(({ request }) => typeof request.player === 'number' && !request.foreign);
  if (!last) return;
  const work = async () => {
    if (typeof last.request.player !== 'number') return;
    if (last.body.retry === 'never') await checkNever(last, context);
    else if (last.status >= 300) {
      const result = await followRetry(last, context);
      if (!result) {
        const { request, body } = exchanges.at(-1) ?? last;
        violate({
          invariant: 4,
          what: `${request.route} still answers ${body.code ?? 'nothing'}, retry ${body.retry ?? 'same'}, although all faults are over`,
        });
      }
    } else if (last.request.offer !== undefined)
      await context.send(probe(last.request, 2000), { sandbox: 5 });
    await checkPlayerReturns(last.request.player, context);
  };
  await time.finish(work());
}
