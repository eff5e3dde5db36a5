import { setTimeout as delay } from 'node:timers/promises';
import { longOffer } from '../../bench/broker/sdp.ts';
import { chanceOf } from '../campaign/chance.ts';
import type { PlayerApi } from './api.ts';
import { type Answer, isGranted, type PlayerRequest } from './request.ts';

/** What a player needs of the soak around it. */
export interface Surroundings {
  seed: number;
  api: PlayerApi;
  /** Sends a request, and counts it and its answer. */
  ask(request: PlayerRequest): Promise<Answer | undefined>;
  /** Loses the connection of a session at AWS, if one is connected. */
  drop(session: string): Promise<void>;
  /** Another player's session, if one has any. */
  foreignSession(player: number): string | undefined;
  /** Notes that this player has asked to end a session. */
  asksToEnd(session: string): void;
  /** Aborted when the player is to stop at once. */
  stop: AbortSignal;
}

/** One player: a person with two devices, who plays, loses the network, comes back, and tries things. */
export interface SoakPlayer {
  /** Starts a session, looks at it and connects again, so that every function is loaded. Nothing fails yet. */
  warmUp(): Promise<void>;
  /** Plays until the signal is aborted, and finishes what is under way. */
  play(until: AbortSignal): Promise<void>;
  readonly session: string | undefined;
  /** Tries to get back into its session, and nothing else. @returns how that ended: `over` if the session was */
  returnOnce(): Promise<'back' | 'over' | 'not yet'>;
  /** Closes its network connections. */
  close(): void;
}

/** So often a request is repeated that got no answer, or one that says to repeat it. */
const REPEATS = 12;
/** So many offers a player makes to get back, before it does something else. */
const OFFERS = 8;
const LONGEST_WAIT_MS = 5000;
/** Answered requests that a player remembers, to repeat them later. */
const REMEMBERED = 4;

export function soakPlayer(number: number, around: Surroundings): SoakPlayer {
  const { seed, ask, stop } = around;
  let step = 0;
  let keys = 0;
  let session: string | undefined;
  /** The newest connection that each device knows. */
  let devices: (string | undefined)[] = [undefined, undefined];
  let remembered: PlayerRequest[] = [];

  const chance = (purpose: string) => chanceOf(seed, 'player', number, step, purpose);
  const wait = (ms: number) => delay(ms, undefined, { signal: stop }).catch(() => {});
  const newKey = () => {
    keys += 1;
    return `player-${number}-key-${keys}`;
  };
  const keyed = (request: PlayerRequest): PlayerRequest =>
    chance('key') < 0.6 ? { ...request, key: newKey() } : request;

  /** Repeats exactly this request until there is an answer that does not say to repeat it. */
  const insist = async (request: PlayerRequest): Promise<Answer | undefined> => {
    for (let repeat = 0; repeat <= REPEATS && !stop.aborted; repeat++) {
      const answer = await ask(request);
      const unanswered = !answer || answer.status === 500 || answer.status === 503 || answer.status === 429;
      if (answer && answer.json?.retry !== 'same' && !(unanswered && answer.json?.retry === undefined))
        return answer;
      await wait(
        Math.min(LONGEST_WAIT_MS, answer?.json?.retryAfterMs ?? 100 + 400 * chance(`wait ${repeat}`)),
      );
    }
    return undefined;
  };
  /** Some requests are sent twice at once, as by a page that is loaded again. */
  const insistOnce = async (request: PlayerRequest) => {
    const both = await Promise.all([
      insist(request),
      chance('twice') < 0.15 ? insist(request) : Promise.resolve(undefined),
    ]);
    return both.find((answer) => answer && isGranted(answer)) ?? both[0];
  };
  const remember = (request: PlayerRequest) => {
    remembered = [...remembered, request].slice(-REMEMBERED);
  };
  const forgetSession = () => {
    session = undefined;
    devices = [undefined, undefined];
  };

  async function start(): Promise<void> {
    const request = keyed({ route: 'start', player: number, offer: longOffer() });
    const answer = await insistOnce(request);
    const id = answer?.json?.streamSession?.streamSessionId;
    // Where the limit is reached the answer names the session that is in the way.
    if (!answer || id === undefined) return;
    session = id;
    if (!isGranted(answer)) return;
    devices = [answer.json?.connectionId, undefined];
    remember(request);
  }

  async function reconnect(device: number, { insisting = false } = {}): Promise<'back' | 'over' | 'not yet'> {
    const id = session;
    if (id === undefined) return 'over';
    let named = insisting ? undefined : devices[device];
    for (let offers = 0; offers < OFFERS && !stop.aborted; offers++) {
      const about: PlayerRequest = { route: 'reconnect', player: number, session: id, offer: longOffer() };
      const request = keyed(named === undefined ? about : { ...about, named });
      const answer = await insistOnce(request);
      if (!answer) continue;
      if (isGranted(answer)) {
        devices[device] = answer.json?.connectionId;
        remember(request);
        return 'back';
      }
      const { code, retryAfterMs } = answer.json ?? {};
      if (code === 'stream_session_ended') {
        if (session === id) forgetSession();
        return 'over';
      }
      if (code === 'taken_over') named = undefined;
      else await wait(Math.min(LONGEST_WAIT_MS, retryAfterMs ?? 200));
    }
    return 'not yet';
  }

  async function end(): Promise<void> {
    if (session === undefined) return;
    around.asksToEnd(session);
    const answer = await insist({ route: 'terminate', player: number, session });
    if (answer?.status !== 409) forgetSession();
  }

  async function askForAnothers(): Promise<void> {
    const foreign = around.foreignSession(number);
    if (foreign === undefined) return;
    const about = { player: number, session: foreign, foreign: true };
    const which = chance('foreign');
    if (which < 0.4) await ask({ ...about, route: 'status' });
    else if (which < 0.8) await ask(keyed({ ...about, route: 'reconnect', offer: longOffer() }));
    else await ask({ ...about, route: 'terminate' });
  }

  async function misuseKey(): Promise<void> {
    const known = remembered.findLast(({ key, route }) => key !== undefined && route === 'reconnect');
    if (known && known.session === session) await ask({ ...known, offer: longOffer() });
  }

  async function act(): Promise<void> {
    if (session === undefined) return start();
    const which = chance('action');
    const device = chance('device') < 0.7 ? 0 : 1;
    if (which < 0.4) {
      if (chance('drop') < 0.8) await around.drop(session);
      await reconnect(device);
    } else if (which < 0.5) {
      await Promise.all([reconnect(0), reconnect(1, { insisting: true })]);
    } else if (which < 0.65) {
      const known = remembered[Math.floor(chance('repeated') * remembered.length)];
      if (known) await ask(known);
    } else if (which < 0.73) await insist({ route: 'status', player: number, session });
    else if (which < 0.8) await ask({ route: 'sessions', player: number });
    else if (which < 0.9) await askForAnothers();
    else if (which < 0.94) await misuseKey();
    else await end();
  }

  return {
    get session() {
      return session;
    },
    async warmUp() {
      await start();
      if (session === undefined) return;
      await insist({ route: 'status', player: number, session });
      await ask({ route: 'sessions', player: number });
      await around.drop(session);
      await reconnect(0);
    },
    async play(until) {
      while (!until.aborted) {
        step += 1;
        await act();
        await wait(100 + 700 * chance('pause'));
      }
    },
    async returnOnce() {
      step += 1;
      if (session === undefined) return 'over';
      return reconnect(0, { insisting: true });
    },
    close: () => around.api.close(),
  };
}
