import { setTimeout as delay } from 'node:timers/promises';
import { concurrencyLimit } from '../broker/concurrency-limit.ts';
import type { EmulatorControl } from './emulator.ts';

/** The name of an answer to a status request. */
export const STATUS_ANSWER = 'status';

/** One player's result. Times in milliseconds since the streams were lost. */
export interface Outcome {
  /** When the granting answer arrived; null: never. */
  backAt: number | null;
  /** When the first answer of any kind arrived; null: never. */
  firstAnswerAt: number | null;
  /** Requests that the player's page sent. */
  httpRequests: number;
  /** How long the backend waited for AWS, where this process knows it; each request is rounded up. */
  servedMs: number;
  /** How often the page got each answer: a code, an HTTP status, or an error's name. */
  answers: Record<string, number>;
}

/** A player's result before the storm. */
export function newOutcome(): Outcome {
  return { backAt: null, firstAnswerAt: null, httpRequests: 0, servedMs: 0, answers: {} };
}

/** The storm's clock. */
export interface StormClock {
  /** Milliseconds since the streams were lost. */
  elapsed(): number;
  /** When a player gives up, in milliseconds since the streams were lost. */
  patienceMs: number;
}

/** One player under one policy. */
export interface StormPlayer {
  /** Starts a stream session. @returns its id */
  start(): Promise<string>;
  /** Tries until the player is back, refused for good, or gives up. Never rejects. */
  reconnect(clock: StormClock): Promise<Outcome>;
}

export type Phase = 'starting sessions' | 'warming up' | 'cutting every stream' | 'players back';

/**
 * How many sessions are started at once. Each of the first ones meets a cold start. More at once would slow each other down on a busy
 * machine, and the client's repeated requests would add to that.
 */
const STARTS_AT_ONCE = 4;

/** Time limit for all sessions to connect, once every session is started. */
const CONNECT_PATIENCE_MS = 60_000;

/**
 * Starts a session for each player, waits until all are connected, cuts all connections at once, and lets all players reconnect.
 * @param options.warmUp waited for before the streams are cut
 * @param options.begin called when every stream is cut; awaited before the first player reconnects
 * @param options.onProgress gets the number of players that have finished a phase
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
