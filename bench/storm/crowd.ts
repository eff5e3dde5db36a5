import { setTimeout as delay } from 'node:timers/promises';
import { concurrencyLimit } from '../broker/concurrency-limit.ts';
import type { EmulatorControl } from './emulator.ts';

/** The name of an answer that tells a session's status. */
export const STATUS_ANSWER = 'status';

/** How one player's storm went. All times in milliseconds since the streams were lost. */
export interface Outcome {
  /** When the answer that brings the player back arrived; null: it never did. */
  backAt: number | null;
  /** When the first answer of any kind arrived; null: none did. */
  firstAnswerAt: number | null;
  /** Requests of the player's page. */
  httpRequests: number;
  /** How long what served the player's requests waited for AWS, where it is known here; each request rounded up. */
  servedMs: number;
  /** How often the page got each answer: a code, an HTTP status, or an error's name. */
  answers: Record<string, number>;
}

/** How a storm begins for each player. */
export function newOutcome(): Outcome {
  return { backAt: null, firstAnswerAt: null, httpRequests: 0, servedMs: 0, answers: {} };
}

/** The time of the storm: what a player may know. */
export interface StormClock {
  /** Milliseconds since the streams were lost. */
  elapsed(): number;
  /** When a player stops trying, in the same milliseconds. */
  patienceMs: number;
}

/** One player under one policy. */
export interface StormPlayer {
  /** Starts a stream session. @returns its id */
  start(): Promise<string>;
  /** Tries to come back until the player is back, lost, or out of patience. Never rejects. */
  reconnect(clock: StormClock): Promise<Outcome>;
}

export type Phase = 'starting sessions' | 'warming up' | 'cutting every stream' | 'players back';

/**
 * How many of a crowd's first sessions are started at once. Each of them starts a function that is cold; on a busy machine more would
 * only make each other late, and the client's repeated requests would add to that.
 */
const STARTS_AT_ONCE = 4;

/** How long a crowd takes to be connected at the most, once every session is started. */
const CONNECT_PATIENCE_MS = 60_000;

/**
 * Starts a session for each player, waits until all are connected, cuts all off at once, and lets all come back.
 * @param options.warmUp waited for before the streams are cut
 * @param options.begin called when every stream is cut; what it returns is waited for before the first player acts
 * @param options.onProgress told how many players a phase is done with
 * @throws Error when a session can't be started or does not connect
 */
export async function runCrowd(options: {
  players: readonly StormPlayer[];
  patienceMs: number;
  emulator: EmulatorControl;
  warmUp: () => Promise<void>;
  begin: () => Promise<void>;
  onProgress: (phase: Phase, done: number, elapsedMs: number) => void;
}): Promise<Outcome[]> {
  const { players, patienceMs, emulator, onProgress } = options;
  const ids: string[] = [];
  const limit = concurrencyLimit(STARTS_AT_ONCE);
  await Promise.all(
    players.map((player) =>
      limit.run(async () => {
        ids.push(await player.start());
        onProgress('starting sessions', ids.length, 0);
      }),
    ),
  );
  await allConnected(emulator, new Set(ids));
  onProgress('warming up', 0, 0);
  await options.warmUp();

  onProgress('cutting every stream', 0, 0);
  await Promise.all(ids.map((id) => emulator.drop(id)));
  await options.begin();

  const lostAt = performance.now();
  const clock: StormClock = { patienceMs, elapsed: () => performance.now() - lostAt };
  let back = 0;
  return await Promise.all(
    players.map(async (player) => {
      const outcome = await player.reconnect(clock);
      if (outcome.backAt !== null) back += 1;
      onProgress('players back', back, clock.elapsed());
      return outcome;
    }),
  );
}

async function allConnected(emulator: EmulatorControl, ids: ReadonlySet<string>): Promise<void> {
  const end = performance.now() + CONNECT_PATIENCE_MS;
  for (;;) {
    const sessions = await emulator.sessions();
    const waiting = sessions.filter(({ id, status }) => ids.has(id) && status !== 'CONNECTED');
    if (waiting.length === 0) return;
    if (performance.now() > end)
      throw new Error(`${waiting.length} sessions never connected; one is ${waiting[0]?.status}.`);
    await delay(100);
  }
}
