/** What happens in one run of the campaign, spelled out: so steps and faults can be taken away one by one. */

/** AWS's undocumented choices, and its quotas. Milliseconds. */
export interface AwsChoices {
  /** What a repeated client token gets: the answer, a Conflict, Validation (the offer is known), or an answer that says nothing. */
  repeated: 'answer' | 'conflict' | 'invalid' | 'answerless';
  /** Until it notices that a client is gone. */
  notices: number;
  /** A connection to a session whose client it believes connected. */
  whileConnected: 'refuse' | 'accept';
  /** Its error for a session in the wrong state. */
  refusal: 'ConflictException' | 'ValidationException';
  /** For this long after its start a session may be unknown to GetStreamSession. */
  unknownFor: number;
  /** From TERMINATING to TERMINATED. */
  terminating: number;
  /** From the start to ACTIVE. */
  activating: number;
}

/** A fault of one request: of its n-th table command, its n-th AWS call, or its death at its n-th wait. */
export type Fault =
  | { on: 'table'; op: number; how: 'refused' | 'stalled' | 'slow' | 'lost' | 'repeated' | 'late' }
  | {
      on: 'aws';
      op: number;
      how: 'throttled' | 'internal' | 'internalAfter' | 'reset' | 'lost' | 'silent' | 'silentAfter' | 'slow';
    }
  | { on: 'kill'; op: number; how: 'before' | 'after' };

export type OfferChoice = 'new' | 'last' | 'start' | 'bad' | 'odd' | 'twin';
export type KeyChoice = 'new' | 'last' | 'none';
/** Which connection a reconnect names: the device's newest, none (the player insists), one that was never made. */
export type NamedConnection = 'own' | 'none' | 'wrong';

/** What somebody does. `whose` is another player's session. */
export type Action =
  | { kind: 'start'; offer: OfferChoice; key: KeyChoice }
  | { kind: 'reconnect'; offer: OfferChoice; key: KeyChoice; names: NamedConnection; whose?: number }
  | { kind: 'status'; whose?: number }
  | { kind: 'list' }
  | { kind: 'end'; whose?: number }
  /** The player's stream drops. */
  | { kind: 'drop' }
  /** The publisher's own backend starts a session for the player. */
  | { kind: 'elsewhere' }
  /** Accounts of their own ask for unknown sessions, all together just after each full second. */
  | { kind: 'guess'; accounts: number; seconds: number }
  /** The owner of a session that was started elsewhere asks for it, and does what the answers say. */
  | { kind: 'claim' }
  /** For a while nothing answers. */
  | { kind: 'outage'; of: 'table' | 'aws'; how: 'refused' | 'stalled' | 'throttled'; ms: number };

export interface Step {
  id: number;
  /** Milliseconds after the step before it. */
  after: number;
  player: number;
  device: number;
  action: Action;
  /** Which sandbox of the function answers, if it is free. */
  sandbox: number;
  faults: Fault[];
  /** The answer never reaches the device. */
  answerLost?: boolean;
}

/** Kinds of faults that may be asked for. */
export const FAULTS = ['aws', 'table', 'kills', 'clocks'] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface Plan {
  seed: number;
  /** `mixed`: everything at once. `mischief`: one player alone, while AWS and the table are well. `guessers`: accounts that guess
   * together. `calm`: several players without faults, and each must fare as alone. */
  about: 'mixed' | 'mischief' | 'guessers' | 'calm';
  aws: AwsChoices;
  /** Clocks of two sandboxes differ by up to this. */
  clocksApart: number;
  steps: Step[];
}

/** The invariants by their numbers, as the report names them. */
export const INVARIANTS = {
  1: 'one accepted offer is at most one connection',
  2: 'an answer once given is given again, byte for byte',
  3: 'every request ends in an answer or a problem',
  4: 'what retry promises holds, and never is not said to someone who would succeed a minute later',
  5: "nothing another player does changes a player's outcome beyond the documented pacing",
  6: "nobody sees, ends or learns of another's session",
  7: 'no session ends because of us',
  8: "no alarm about everybody rings by one player's doing",
} as const;
export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  invariant: Invariant;
  /** What was seen, in a sentence. */
  what: string;
  /** The step in which it showed, if it was one. */
  step?: number;
}
