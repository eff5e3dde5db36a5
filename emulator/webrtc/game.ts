/** How often the game's counter ticks, and its state goes to a connected client. */
export const TICK_MS = 100;

/** How many keys a player can hold down at once, and how long the name of a key may be. */
const MAX_KEYS = 32;
const MAX_KEY_LENGTH = 32;

/** The game's state, for its client and for the control API. */
export interface GameState {
  /** What a player would lose with the session, see `Game`. */
  counter: number;
  /** Input events over all connections. */
  inputs: number;
  /** The keys held down now, by their codes, such as `KeyW`. */
  keys: readonly string[];
  /** Application messages over all connections. */
  messages: number;
  /** Packets of the player's microphone over this connection. */
  microphonePackets: number;
  /** Which connection the game is on, counting from 1. */
  connection: number;
}

/**
 * The emulated game of one stream session. Its counter shows whether a player has lost anything: it ticks ten times a second from the
 * start of the application, whether a client is connected or not, and nothing restarts it.
 */
export interface Game {
  readonly startedAt: number;
  state(): GameState;
  /** @param event one input event, as the input module sends it: `{"type": "keydown", "code": "KeyW"}` and others */
  addInput(event: unknown): void;
  addMessage(): void;
  addMicrophonePacket(): void;
  /** Another connection begins, with no key held down. */
  nextConnection(): void;
  /** Stops the counter where it is. */
  stop(): void;
}

export function createGame(onInput: () => void, now: () => number = Date.now): Game {
  const startedAt = now();
  const keys = new Set<string>();
  let stoppedAt: number | undefined;
  let inputs = 0;
  let messages = 0;
  let microphonePackets = 0;
  let connection = 0;

  const press = (type: unknown, code: unknown) => {
    if (typeof code !== 'string' || code.length > MAX_KEY_LENGTH) return;
    if (type === 'keyup') keys.delete(code);
    if (type === 'keydown' && keys.size < MAX_KEYS) keys.add(code);
  };
  return {
    startedAt,
    state: () => ({
      counter: Math.floor(((stoppedAt ?? now()) - startedAt) / TICK_MS),
      inputs,
      keys: [...keys],
      messages,
      microphonePackets,
      connection,
    }),
    addInput: (event) => {
      const { type, code } = (event ?? {}) as Record<string, unknown>;
      // The window lost the focus. That does not count as input.
      if (type === 'reset') return keys.clear();
      inputs += 1;
      press(type, code);
      onInput();
    },
    addMessage: () => {
      messages += 1;
    },
    addMicrophonePacket: () => {
      microphonePackets += 1;
    },
    nextConnection: () => {
      connection += 1;
      microphonePackets = 0;
      keys.clear();
    },
    stop: () => {
      stoppedAt ??= now();
    },
  };
}
