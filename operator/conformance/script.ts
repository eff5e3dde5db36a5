import type { Network } from '../play/silence.ts';
import type { Calls, Outcome, SessionView } from './calls.ts';
import type { Observation } from './observations.ts';
import { noticed, oldPeerAfterAnswer, oldPeerAfterLoss, refusal, shownResponse } from './questions.ts';
import type { Client, Seen } from './seen.ts';

/** What a run consists of. */
export interface Run {
  readonly calls: Calls;
  readonly client: Client;
  readonly network: Network;
  /** Part of each client token, so that no two runs share one. */
  readonly name: string;
  /** How many times the client falls silent. */
  readonly losses: number;
  /** How long a finished session is read again and again, in seconds. */
  readonly watchEndedSeconds: number;
  /** Called with a line about each step. */
  readonly progress: (line: string) => void;
  /** Called with each observation. */
  readonly observed: (observation: Observation) => void;
  /** Ends the run. The session is ended in any case. */
  readonly stop: AbortSignal;
}

const POLL_MS = 250;
/** How long anything may take that this run waits for: a machine, and everything else. */
const START_MS = 10 * 60_000;
const WAIT_MS = 3 * 60_000;
/** How long the browser may decode what it had received before: then a stream that still comes is a living one. */
const BACKLOG_MS = 20_000;
/** No frame for so long: everything that had arrived is decoded. */
const QUIET_MS = 2000;
/** How long an old connection is watched for signs of life. */
const WATCH_MS = 5000;
/** How many frames prove a picture. */
const FRAMES = 30;
const FINISHED = ['TERMINATED', 'ERROR'];

/** What AWS leaves open as well, and one session cannot tell. */
const NOT_ASKED: readonly Observation[] = [
  { about: 'rates of CreateStreamSessionAdminShell', saw: 'not measured: it would open many shells' },
  { about: 'host and query of an admin shell’s StreamUrl', saw: 'not measured: they open a shell' },
  { about: 'how long a NextToken may be used', saw: 'not measured: it takes more sessions than a page has' },
  { about: 'events in EventBridge', saw: 'not measured: they go to another service' },
];

/** Asks AWS one question after another, with one session. @throws Error in a sentence when AWS or the browser does not go on */
export async function converse(run: Run): Promise<void> {
  const { calls, client, observed, progress } = run;
  progress('Starting a session');
  const id = await calls.start(await client.offer('c1'));
  try {
    await conversation(run, id);
  } catch (error) {
    run.network.start();
    progress('Ending the session');
    const ended = await calls.terminate(id);
    if (!ended.ok)
      observed({ about: 'the end of an unfinished run', saw: `AWS refused it with ${ended.error}` });
    throw error;
  }
}

async function conversation(run: Run, id: string): Promise<void> {
  const { calls, client, network, observed, progress } = run;
  let connections = 1;
  let tokens = 0;
  const token = () => `${run.name}-connection-token-${++tokens}`;
  const nextName = () => `c${++connections}`;

  /** Waits; a stopped run goes no further. */
  const pause = (ms: number) =>
    new Promise<void>((resolve, reject) => {
      const stopped = () => {
        clearTimeout(timer);
        reject(new Error('The run was stopped.'));
      };
      const timer = setTimeout(() => {
        run.stop.removeEventListener('abort', stopped);
        resolve();
      }, ms);
      run.stop.addEventListener('abort', stopped, { once: true });
      if (run.stop.aborted) stopped();
    });
  const until = async <T>(what: string, withinMs: number, look: () => Promise<T | undefined>): Promise<T> => {
    const end = performance.now() + withinMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > end) throw new Error(`Waited ${withinMs / 1000} s for ${what}.`);
      await pause(POLL_MS);
    }
  };
  const view = async (): Promise<SessionView> => {
    const found = await calls.get(id);
    if (!found.ok) throw new Error(`GetStreamSession answers ${found.error}.`);
    if (FINISHED.includes(found.value.status)) {
      throw new Error(`The session is ${found.value.status} (${found.value.statusReason ?? 'no reason'}).`);
    }
    return found.value;
  };
  const becomes = (status: string) =>
    until(`the status ${status}`, WAIT_MS, async () => {
      const now = await view();
      return now.status === status ? now : undefined;
    });
  const plays = async (name: string) => {
    const { frames } = await client.seen(name);
    await until('a picture', WAIT_MS, async () =>
      (await client.seen(name)).frames >= frames + FRAMES ? true : undefined,
    );
  };
  /** What a connection has seen, once the packets that lay in sockets and buffers are decoded. */
  const decoded = async (name: string): Promise<Seen> => {
    const end = performance.now() + BACKLOG_MS;
    let last = await client.seen(name);
    for (let quietSince = performance.now(); performance.now() < end; ) {
      await pause(POLL_MS);
      const now = await client.seen(name);
      if (now.frames !== last.frames) quietSince = performance.now();
      last = now;
      if (performance.now() - quietSince >= QUIET_MS) break;
    }
    return last;
  };
  /** Applies an answer, and closes the connection that it replaces. */
  const play = async (name: string, answer: string, old?: string) => {
    await client.apply(name, answer);
    await plays(name);
    if (old !== undefined) await client.close(old);
    await becomes('CONNECTED');
  };

  // The start.
  const early = await view();
  if (early.status === 'ACTIVATING') {
    const name = nextName();
    const outcome = await calls.connect(id, await client.offer(name), token());
    if ((await view()).status === 'ACTIVATING') {
      const about = 'a reconnect while ACTIVATING';
      observed(
        outcome.ok ? { about, saw: 'AWS took it' } : refusal(about, 'connectWhileActivating', outcome),
      );
    }
    await client.close(name);
  }
  progress('Waiting for a machine');
  const { signalResponse: startResponse = '' } = await until(
    'the signal response of the start',
    START_MS,
    async () => {
      const now = await view();
      return now.signalResponse === undefined ? undefined : now;
    },
  );
  await play('c1', startResponse);
  let current = 'c1';

  // While CONNECTED.
  progress('Requesting a connection while there is one');
  {
    const name = nextName();
    const offer = await client.offer(name);
    const outcome = await calls.connect(id, offer, token());
    observed(refusal('a reconnect while CONNECTED', 'connectWhileConnected', outcome));
    if (outcome.ok) {
      const atAnswer = await decoded(current);
      await pause(WATCH_MS);
      const beforeApplied = await client.seen(current);
      await client.apply(name, outcome.value);
      await plays(name);
      const atNewPicture = await decoded(current);
      await pause(WATCH_MS);
      const later = await client.seen(current);
      for (const each of oldPeerAfterAnswer({ atAnswer, beforeApplied, atNewPicture, later })) observed(each);
      await client.close(current);
      current = name;
      await becomes('CONNECTED');
    } else {
      await client.close(name);
    }
  }

  // Silence.
  const noticeSeconds: number[] = [];
  let first: { token: string; offer: string; answer: string; at: number } | undefined;
  for (let loss = 1; loss <= run.losses; loss += 1) {
    progress(`The client falls silent, ${loss} of ${run.losses}`);
    const silentAt = performance.now();
    const silentDate = Date.now();
    network.stop();
    const lost = await until('AWS to notice', WAIT_MS, async () => {
      const now = await view();
      return now.status === 'CONNECTED' ? undefined : now;
    });
    noticeSeconds.push((performance.now() - silentAt) / 1000);
    network.start();
    if (loss === 1) {
      const seconds = ((lost.lastUpdatedAt?.getTime() ?? 0) - silentDate) / 1000;
      observed({
        about: 'LastUpdatedAt when AWS has noticed',
        saw:
          seconds > 0
            ? `it moved to ${seconds.toFixed(1)} s after the last packet`
            : 'it did not move when the status changed',
      });
      const before = await decoded(current);
      await pause(WATCH_MS);
      const old = oldPeerAfterLoss(before, await client.seen(current));
      observed(old);
      // A connection that streams again has to go before another one is asked for.
      if (old.value === 'resumes') await client.close(current);
    }
    await until('a status that takes a connection', WAIT_MS, async () => {
      const { status } = await view();
      if (status === 'CONNECTED') await client.close(current);
      return status === 'PENDING_CLIENT_RECONNECTION' ? true : undefined;
    });
    const name = nextName();
    const offer = await client.offer(name);
    const clientToken = token();
    const outcome = await calls.connect(id, offer, clientToken);
    if (!outcome.ok) throw new Error(`CreateStreamSessionConnection answers ${outcome.error} after a loss.`);
    let next = { name, answer: outcome.value };
    if (loss === 1) {
      const again = await calls.connect(id, offer, clientToken);
      const isSame = again.ok && again.value === outcome.value;
      observed({
        about: 'the same client token with the same offer',
        saw: isSame ? 'AWS gave the same answer' : words(again),
        setting: 'repeatAnswer',
        value: isSame,
      });
      const other = nextName();
      const otherOffer = await client.offer(other);
      observed({
        about: 'the same client token with another offer',
        saw: words(await calls.connect(id, otherOffer, clientToken)),
      });
      const { status } = await view();
      if (status === 'RECONNECTING') {
        const meanwhile = await calls.connect(id, otherOffer, token());
        const about = 'a reconnect while RECONNECTING';
        observed(
          meanwhile.ok
            ? { about, saw: 'AWS took it' }
            : refusal(about, 'connectWhileReconnecting', meanwhile),
        );
        if (meanwhile.ok) next = { name: other, answer: meanwhile.value };
      }
      await client.close(next.name === other ? name : other);
    }
    await play(next.name, next.answer, current);
    current = next.name;
    first ??= { token: clientToken, offer, answer: outcome.value, at: performance.now() };
    if (loss === 1)
      observed(shownResponse((await view()).signalResponse, { first: startResponse, newest: next.answer }));
  }
  observed(noticed(noticeSeconds));

  // A clean close.
  progress('The client closes its connection');
  const closedAt = performance.now();
  await client.close(current);
  await becomes('PENDING_CLIENT_RECONNECTION');
  observed({
    about: 'how long AWS takes to notice a clean close',
    saw: `${((performance.now() - closedAt) / 1000).toFixed(1)} s`,
  });
  if (first !== undefined) {
    observed(remembered(first, await calls.connect(id, first.offer, first.token)));
    const used = await calls.connect(id, first.offer, token());
    observed(refusal('an offer that was used before', 'reusedOffer', used));
  }
  if ((await view()).status === 'PENDING_CLIENT_RECONNECTION') {
    const senseless = await calls.connect(id, 'this is not an offer', token());
    observed({ about: 'an offer without sense', saw: words(senseless) });
  }

  // The end.
  progress('Ending the session');
  const ended = await calls.terminate(id);
  if (!ended.ok) throw new Error(`TerminateStreamSession answers ${ended.error}.`);
  const after = async (): Promise<Outcome<SessionView>> => calls.get(id);
  const ending = await after();
  if (ending.ok && ending.value.status === 'TERMINATING') {
    const name = nextName();
    const outcome = await calls.connect(id, await client.offer(name), token());
    const still = await after();
    if (!outcome.ok && still.ok && still.value.status === 'TERMINATING')
      observed(refusal('a reconnect while TERMINATING', 'connectWhileTerminating', outcome));
  }
  const endedAt = performance.now();
  const last = await until('the end', WAIT_MS, async () => {
    const now = await after();
    return !now.ok || FINISHED.includes(now.value.status) ? now : undefined;
  });
  if (last.ok) {
    const offer = await client.offer(nextName());
    const late = await calls.connect(id, offer, token());
    observed(refusal('a reconnect after the end', 'connectWhenFinished', late));
    observed(refusal('an end after the end', 'terminateWhenFinished', await calls.terminate(id)));
  }
  progress(`Reading the ended session for ${run.watchEndedSeconds} s`);
  let isReadable = (await after()).ok;
  while (isReadable && performance.now() - endedAt < run.watchEndedSeconds * 1000) {
    await pause(Math.min(1000, run.watchEndedSeconds * 1000));
    isReadable = (await after()).ok;
  }
  const seconds = (performance.now() - endedAt) / 1000;
  observed({
    about: 'how long an ended session can be read',
    saw: isReadable ? `longer than ${seconds.toFixed(0)} s` : `${seconds.toFixed(0)} s`,
    ...(isReadable
      ? {}
      : { setting: 'finishedSessionRetentionSeconds' as const, value: Math.round(seconds) }),
  });
  for (const each of NOT_ASKED) observed(each);
}

/** Whether AWS still knows the client token of a reconnect that it answered a while ago. */
function remembered(given: { answer: string; at: number }, again: Outcome<string>): Observation {
  const about = 'how long AWS remembers a client token';
  const seconds = Math.round((performance.now() - given.at) / 1000);
  return again.ok && again.value === given.answer
    ? { about, saw: `longer than ${seconds} s` }
    : { about, saw: `less than ${seconds} s, or it does not repeat answers: ${words(again)}` };
}

function words(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'AWS took it' : `AWS refused it with ${outcome.error}`;
}
