import { routes } from './api-client.ts';
import { type AttemptParts, type AttemptResult, runAttempt } from './attempt.ts';
import { compact } from './compact.ts';
import { requestConnection } from './connection-request.ts';
import type { StartRequest, StreamSession } from './contract.ts';
import { createRequests, type Requests } from './requests.ts';
import type { GameLiftStreamsLike } from './sdk.ts';
import { isOver, readSession, readSessions, type SessionAnswer } from './session.ts';
import { type Ended, type Ending, isGone } from './state.ts';
import { FIND_WITHIN_MS, POLL_MS, START_WITHIN_MS } from './timing.ts';

/** What a first connection needs: the parts of an attempt, and the tab's lock. */
export interface FirstConnectionParts<Sdk>
  extends Omit<AttemptParts<Sdk>, 'session' | 'connectionId' | 'lost' | 'attempt' | 'granted'> {
  /** Locks the session for this tab. @returns an ending where another tab has it. */
  claim(session: StreamSession): Promise<Ending | undefined>;
}

/**
 * Starts a session and connects to it.
 *
 * @param replaces ends the session that is there before.
 */
export async function start<Sdk extends GameLiftStreamsLike>(
  parts: FirstConnectionParts<Sdk>,
  streamGroupId: string,
  request: StartRequest,
  replaces: false | (() => Promise<Ended>),
): Promise<AttemptResult<Sdk>> {
  const { scope } = parts;
  scope.limit(START_WITHIN_MS);
  const { requests, enter } = prepare(parts);
  const replaced = replaces && (await replaces());
  if (replaced) {
    if (!isGone(replaced.ending)) return replaced;
    scope.limit(START_WITHIN_MS);
  }
  const connectionRequest = requestConnection({
    scope,
    requests,
    open: parts.open,
    path: routes.start(streamGroupId),
    more: request,
    api: parts.api,
  });
  const granted = await connectionRequest.result;
  if (granted.kind === 'ended') return granted;
  const { connectionId } = granted.answer;
  const entered = await enter(granted.answer, ['ACTIVATING', 'ACTIVE'], connectionId);
  if (entered.kind === 'ended') return entered;
  requests.stop();
  const { streamSession: session, signalResponse } = entered.value;
  const { attempt } = requests.progress();
  // The start's answer fits only the start's offer. Without an answer, reconnect as to any session.
  const answer = { ...entered.value, connectionId };
  if (!signalResponse) granted.connection.close();
  return runAttempt({
    ...parts,
    session,
    connectionId,
    attempt,
    granted: signalResponse ? { ...granted, answer } : undefined,
  });
}

/**
 * Connects to the newest of the player's live sessions.
 *
 * @param previous the newest connection to a session that this device knows.
 */
export async function resume<Sdk extends GameLiftStreamsLike>(
  parts: FirstConnectionParts<Sdk>,
  previous: (session: StreamSession) => string | undefined,
): Promise<AttemptResult<Sdk>> {
  const { scope } = parts;
  scope.limit(FIND_WITHIN_MS);
  const { requests, enter } = prepare(parts);
  const found = await findLive(requests);
  if (found.kind === 'ended') return found;
  let result: AttemptResult<Sdk> = { kind: 'ended', ending: { reason: 'no_session' } };
  for (const streamSession of found.value) {
    scope.limit(START_WITHIN_MS);
    const connectionId = previous(streamSession);
    const entered = await enter({ streamSession }, ['ACTIVATING'], connectionId);
    result =
      entered.kind === 'ended'
        ? entered
        : await runAttempt({ ...parts, session: entered.value.streamSession, connectionId });
    // The list does not ask AWS, so the newest session may be over. Only the end of the last one ends the stream.
    if (result.kind === 'connected' || !isGone(result.ending)) break;
  }
  requests.stop();
  return result;
}

/** The player's sessions that the broker believes alive, the newest first. */
export async function findLive(
  requests: Requests,
): Promise<{ kind: 'answer'; value: StreamSession[] } | Ended> {
  const found = await requests.repeat({ path: routes.mine }, readSessions);
  if (found.kind === 'ended') return found;
  return { kind: 'answer', value: found.value.filter((session) => !isOver(session)) };
}

/** The requests before a first connection, and `enter`. The page sees their progress. */
function prepare<Sdk>({ scope, send, show, learned, claim }: FirstConnectionParts<Sdk>) {
  let session: StreamSession | undefined;
  const changed = () => {
    const { givesUpAt } = scope;
    show(compact({ name: 'connecting', session, givesUpAt, ...requests.progress() }));
  };
  const requests = createRequests(scope, send, changed);
  changed();

  /** Locks a session for this tab, and polls it while AWS sets it up, until its answer is there. */
  async function enter(
    first: SessionAnswer,
    setUp: readonly string[],
    connectionId: string | undefined,
  ): Promise<{ kind: 'answer'; value: SessionAnswer } | Ended> {
    let denied: Ending | undefined;
    for (let latest = first; ; ) {
      session = latest.streamSession;
      learned(session, connectionId);
      changed();
      if (latest === first) denied = await claim(session);
      if (denied) return { kind: 'ended', ending: denied };
      const { status, statusReason } = session;
      if (isOver(session)) {
        return { kind: 'ended', ending: compact({ reason: 'session_ended', statusReason }) };
      }
      if (latest.signalResponse || !setUp.includes(status)) return { kind: 'answer', value: latest };
      await requests.sleep(POLL_MS, true);
      const response = await requests.repeat({ path: routes.session(session) }, readSession);
      if (response.kind === 'ended') return response;
      latest = response.value;
    }
  }

  return { requests, enter };
}
