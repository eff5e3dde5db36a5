import type { Api, Offer, SessionAnswer, StreamSession } from './api.ts';
import { type Refusal, waitMs } from './problem.ts';
import { sleep } from './sleep.ts';
import type { Moment } from './timeline.ts';
import { waitReason, waitSentence } from './words.ts';

/** Between two looks at a session that is still being placed. */
const POLL_MS = 1000;

/** The API's last word on a request. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}

interface Parts {
  api: Api;
  streamGroupId: string;
  application: string;
  /** Leaves the connection there is and makes an offer for the next. */
  freshOffer(signal: AbortSignal): Promise<Offer>;
  mark(kind: Moment['kind'], label: string, detail?: string): void;
  /** A wait begins, or with no arguments ends; `until` is on the clock of `Date.now`. */
  waiting(news?: string, until?: number): void;
}

/** What to ask for: a new session, or a connection to one there is. */
export interface Wish {
  session: StreamSession | undefined;
  /** The last connection that this tab had: the API refuses when another device came after it. */
  connectionId: string | undefined;
  signal: AbortSignal;
  /** No wait reaches beyond this moment, on the clock of `Date.now`. */
  deadline: number;
}

/** Asks the API until it answers, as its refusals say. Throws RefusedError when it must not be asked again. */
export function createAsking({ api, streamGroupId, application, freshOffer, mark, waiting }: Parts) {
  async function pause(
    refusal: Refusal,
    turn: number,
    { signal, deadline }: Pick<Wish, 'signal' | 'deadline'>,
  ) {
    const wait = waitMs(refusal, turn);
    if (refusal.retry === 'never' || Date.now() + wait > deadline) throw new RefusedError(refusal);
    mark('wait', `Told to wait ${(wait / 1000).toFixed(1)} s`, waitReason(refusal));
    waiting(waitSentence(refusal), Date.now() + wait);
    await sleep(wait, signal);
    waiting();
  }

  return {
    pause,

    /** A 201 of start or reconnect; the offer in it is the one that the current stream made. */
    async connection(wish: Wish): Promise<SessionAnswer> {
      const { session, connectionId, signal } = wish;
      let offer = await freshOffer(signal);
      for (let turn = 0; ; turn += 1) {
        mark('asked', session === undefined ? 'Asked for a session' : 'Asked for the session back');
        const answer =
          session === undefined
            ? await api.start(streamGroupId, application, offer, signal)
            : await api.reconnect(session, offer, connectionId, signal);
        signal.throwIfAborted();
        if ('body' in answer) return answer.body;
        await pause(answer.refusal, turn, wish);
        if (answer.refusal.retry === 'newOffer') offer = await freshOffer(signal);
      }
    },

    /** A started session has no signal response until a machine is found: looks each second until it has. */
    async signalResponse(answer: SessionAnswer, wish: Wish): Promise<string> {
      let latest = answer;
      for (let turn = 0; latest.signalResponse === undefined; ) {
        const { status, statusReason } = latest.streamSession;
        if (status === 'ERROR' || status === 'TERMINATED') throw endedError(statusReason);
        await sleep(POLL_MS, wish.signal);
        const polled = await api.status(latest.streamSession, wish.signal);
        wish.signal.throwIfAborted();
        if ('body' in polled) latest = polled.body;
        else await pause(polled.refusal, turn++, wish);
      }
      return latest.signalResponse;
    },

    /** Ends a session, waiting for one that can't be ended yet; a session that is over already is fine. */
    async end(session: StreamSession, wish: Pick<Wish, 'signal' | 'deadline'>): Promise<void> {
      for (let turn = 0; ; turn += 1) {
        const answer = await api.end(session);
        if ('body' in answer || OVER.includes(answer.refusal.code)) return;
        await pause(answer.refusal, turn, wish);
      }
    },
  };
}

const OVER = ['stream_session_ended', 'stream_session_not_found'];

function endedError(statusReason: string | undefined): RefusedError {
  const refusal: Refusal = { code: 'stream_session_ended', status: 410, retry: 'never', detail: '' };
  return new RefusedError(statusReason === undefined ? refusal : { ...refusal, statusReason });
}
