/** Everything that happens in one run of the campaign, so that steps and faults can be removed one by one. */

/** AWS's undocumented behaviour. Times in milliseconds. */
export interface AwsChoices {
  /** The reaction to a repeated client token: the answer, a Conflict, Validation (the offer is known), or an empty answer. */
  repeated: 'answer' | 'conflict' | 'invalid' | 'answerless';
  /** Time until AWS notices that a client is gone. */
  notices: number;
  /** The reaction to a new connection while the session is CONNECTED. */
  whileConnected: 'refuse' | 'accept';
  /** The error for a session in the wrong state. */
  refusal: 'ConflictException' | 'ValidationException';
  /** For this long after a start GetStreamSession may not know the session. */
  unknownFor: number;
  /** Time from TERMINATING to TERMINATED. */
  terminating: number;
  /** Time from the start to ACTIVE. */
  activating: number;
}

/** A fault of one request: its n-th table command or n-th AWS call fails, or the function dies at its n-th call. */
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
/** The connection that a reconnect names: the device's newest, none (the player insists), or an unknown one. */
export type NamedConnection = 'own' | 'none' | 'wrong';

/** What a report says: a stream that came back, one that never did, impossible numbers, or something that is not a report. */
export type Told = 'back' | 'never' | 'left' | 'huge' | 'below' | 'malformed';

/** What an operator does. `pause` and `resume` set the brake of new sessions. */
export type OperatorUse = 'terminate' | 'sessions' | 'forget' | 'pause' | 'resume' | 'brakeStatus' | 'shell';
/** Who calls the operator API: a listed operator, a principal that only IAM lets in, or a player with an access token. */
export type Principal = 'operator' | 'stranger' | 'player';

/** What a player does. `whose`: the player whose session it is about; absent: the own one. */
export type Action =
  | { kind: 'start'; offer: OfferChoice; key: KeyChoice }
  | {
      kind: 'reconnect';
      offer: OfferChoice;
      key: KeyChoice;
      names: NamedConnection;
      whose?: number;
      /** For how long the page says that nothing was seen of the stream. */
      silentMs?: number;
    }
  | { kind: 'status'; whose?: number }
  | { kind: 'list' }
  | { kind: 'end'; whose?: number }
  /** The player's stream drops. */
  | { kind: 'drop' }
  /** The publisher's own backend starts a session for the player. */
  | { kind: 'elsewhere' }
  /** Other accounts guess session ids, all together just after each full second. */
  | { kind: 'guess'; accounts: number; seconds: number }
  /** The owner of a session that was started elsewhere requests it, and follows the answers. */
  | { kind: 'claim' }
  /** The shipped client opens a page. `darkness`: when its network carries nothing, milliseconds after the page was opened. */
  | {
      kind: 'play';
      how: 'start' | 'twice' | 'resume' | 'insist';
      darkness: { from: number; ms: number }[];
      /** Requests in the dark: they wait, or fail at once. */
      api: 'hangs' | 'fails';
      faults: readonly FaultKind[];
    }
  /** A page tells what became of a lost stream, so many times. */
  | { kind: 'report'; tells: Told; times: number; whose?: number }
  /** A request to the operator API. `seconds`: how long new sessions are paused. */
  | { kind: 'operate'; does: OperatorUse; whose: number; as: Principal; seconds?: number }
  /** The table or AWS fails for a while. */
  | { kind: 'outage'; of: 'table' | 'aws'; how: 'refused' | 'stalled' | 'throttled'; ms: number };

export interface Step {
  id: number;
  /** Milliseconds after the step before it. */
  after: number;
  player: number;
  device: number;
  action: Action;
  /** The function's sandbox that answers, if it is free. */
  sandbox: number;
  faults: Fault[];
  /** The answer never reaches the device. */
  answerLost?: boolean;
}

/** The kinds of faults, as `--faults` names them. */
export const FAULTS = ['aws', 'table', 'kills', 'clocks'] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface Plan {
  seed: number;
  /** `mixed`: everything at once. `mischief`: one player alone, without faults. `guessers`: accounts that guess session ids together.
   * `calm`: several players without faults; each must get the same answers as alone. `operated`: as mixed, with operators between.
   * `pages`: the shipped client plays.
   * `liars`: as calm, beside one whose page reports falsehoods. */
  about: 'mixed' | 'mischief' | 'guessers' | 'calm' | 'operated' | 'liars' | 'pages';
  aws: AwsChoices;
  /** Whether the table returns the item of a failed condition, as DynamoDB does; absent in older replays: it does not. */
  returnsItem?: boolean;
  /** Clocks of two sandboxes differ by up to this. */
  clocksApart: number;
  steps: Step[];
}

/** The invariants by their numbers, as the report names them. */
export const INVARIANTS = {
  1: 'one accepted offer is at most one connection',
  2: 'a repeated request gets the same answer, byte for byte',
  3: 'every request ends in an answer or a problem',
  4: 'the member retry is right, and never is not given if a try a minute later would succeed',
  5: "another player's actions change a player's outcome only by the documented pacing",
  6: "no player sees, ends or learns of another player's session",
  7: 'no session ends because of Rejoin',
  8: 'one player alone cannot cause an alarm that is about all players',
  9: 'only a listed operator has an effect through the operator API, and the audit record is written before it',
  10: "a pause of new sessions refuses starts at no cost to the player's limits, and affects nothing else",
  11: 'a page whose network is back returns to its session or shows a true end; it never loops',
} as const;
export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  invariant: Invariant;
  /** What happened, in a sentence. */
  what: string;
  /** The step that showed it, if there is one. */
  step?: number;
}
