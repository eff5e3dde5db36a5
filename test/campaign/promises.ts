/** The end of a run: all faults are over, and what the answers promised must hold now. */
import { isOverAtAws } from './aws.ts';
import type { Exchange } from './exchange.ts';
import { type Asked, deviceOf } from './players.ts';
import type { Stage } from './stage.ts';

const MINUTE_MS = 60_000;
/** Whoever repeats as told for so long, and hears the same, was promised too much. */
const CONVERGES_MS = 10 * MINUTE_MS;
/** A client that hears nothing of a wait, as from API Gateway's own answers. */
const OWN_WAIT_MS = 1000;
/** With less of its life left, a session may end before anybody can be back. */
const LIFE_LEFT_MS = 60_000;

/** A request of the end, under a name of its own. */
function probe(asked: Asked, number: number, changes: Partial<Asked> = {}): Asked {
  return { ...asked, ...changes, id: `probe-${number}` };
}

/** The same player's page makes a new offer for what it asked before. */
function withNewOffer(asked: Asked, number: number): Partial<Asked> {
  const sdp = `v=0\\r\\no=- ${asked.device} probe ${number}\\r\\n`;
  return { offer: `{"type":"offer","sdp":"${sdp}"}`, key: `probe-key-${number}` };
}

/** Repeats as told until there is an answer or a never. Undefined where neither comes. */
async function asTold(from: Exchange, stage: Stage): Promise<Exchange | undefined> {
  const until = stage.time.now() + CONVERGES_MS;
  let last = from;
  for (let number = 0; stage.time.now() < until; number++) {
    const { retry, retryAfterMs = OWN_WAIT_MS } = last.body;
    if (last.status < 300 || retry === 'never') return last;
    await stage.time.sleep(retryAfterMs);
    const changes = retry === 'newOffer' ? withNewOffer(last.asked, number) : {};
    last = await stage.ask(probe(last.asked, number, changes), { sandbox: 5 });
    // A session that nobody has dropped takes no new connection, however long one asks.
    const session = stage.aws.sessions.get(last.asked.session ?? '');
    if (last.body.code === 'session_not_reconnectable' && session?.status === 'CONNECTED') return last;
  }
  return undefined;
}

/** A minute after a never the same request succeeds only where something else has changed meanwhile. */
async function neverIsNever(said: Exchange, stage: Stage): Promise<void> {
  if (said.body.code === 'session_limit_reached') return;
  // A session that was started elsewhere a moment ago, AWS need not know everywhere: it can't be told from a guess.
  if (said.body.code === 'stream_session_not_found') return;
  await stage.time.sleep(MINUTE_MS);
  const again = await stage.ask(probe(said.asked, 1000), { sandbox: 5 });
  if (again.status >= 300) return;
  stage.violate({
    invariant: 4,
    what: `${said.asked.route} said ${said.body.code}, retry never, and answers the same request a minute later`,
  });
}

/** Whoever was dropped, and has a life's minute left, is back before AWS ends the session. */
async function isBack(player: number, stage: Stage): Promise<void> {
  const actor = stage.player(player);
  const id = actor.session ?? '';
  const session = stage.aws.sessions.get(id);
  if (!session || session.held || isOverAtAws(session) || session.userId !== actor.playerId) return;
  const waiting = session.status === 'PENDING_CLIENT_RECONNECTION';
  const left = session.createdAt + session.sessionLengthSeconds * 1000 - stage.time.now();
  if (!waiting || left < LIFE_LEFT_MS) return;
  const since = stage.time.now() - session.statusAt;
  if (session.connectionTimeoutSeconds * 1000 - since < LIFE_LEFT_MS) return;
  const device = deviceOf(actor, 9);
  const base: Asked = { id: 'back', player, device: device.name, route: 'reconnect', session: id };
  const first = await stage.ask({ ...base, ...withNewOffer(base, 5000) }, { sandbox: 5 });
  const last = await asTold(first, stage);
  if (last && last.status < 300) return;
  stage.violate({
    invariant: 7,
    what: `a player with a minute left heard ${last?.body.code ?? first.body.code} and lost the session`,
  });
}

/** @param during how many answers there were before the end */
export async function keptPromises(stage: Stage, during: number): Promise<void> {
  const { time, exchanges, violate } = stage;
  const last = exchanges
    .slice(0, during)
    .findLast(({ asked }) => typeof asked.player === 'number' && !asked.foreign);
  if (!last) return;
  const work = async () => {
    if (typeof last.asked.player !== 'number') return;
    if (last.body.retry === 'never') await neverIsNever(last, stage);
    else if (last.status >= 300) {
      const result = await asTold(last, stage);
      if (!result) {
        const { asked, body } = exchanges.at(-1) ?? last;
        violate({
          invariant: 4,
          what: `${asked.route} goes on to answer ${body.code ?? 'nothing'}, retry ${body.retry ?? 'same'}, though all is well again`,
        });
      }
    } else if (last.asked.offer !== undefined) await stage.ask(probe(last.asked, 2000), { sandbox: 5 });
    await isBack(last.asked.player, stage);
  };
  await time.finish(work());
}
