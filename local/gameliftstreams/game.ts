/** How often the game's counter ticks, and its state goes to a connected client. */
export const TICK_MS = 100;

/**
 * The pretend game of one stream session. Its counter is what a player would lose with the session: it ticks ten times a second from
 * the moment the application starts, whether a client is connected or not, and nothing restarts it.
 */
export interface Game {
  readonly startedAt: number;
  counter(): number;
  /** Input messages received over all connections. */
  inputs(): number;
  /** Which connection the game is on, counting from 1. */
  connection(): number;
  addInput(): void;
  nextConnection(): void;
  /** Stops the counter where it is. */
  stop(): void;
}

export function createGame(onInput: () => void, now: () => number = Date.now): Game {
  const startedAt = now();
  let stoppedAt: number | undefined;
  let inputs = 0;
  let connection = 0;
  return {
    startedAt,
    counter: () => Math.floor(((stoppedAt ?? now()) - startedAt) / TICK_MS),
    inputs: () => inputs,
    connection: () => connection,
    addInput: () => {
      inputs += 1;
      onInput();
    },
    nextConnection: () => {
      connection += 1;
    },
    stop: () => {
      stoppedAt ??= now();
    },
  };
}
