/** The promises that a soak can see broken, and what each means in the report. */
export const PROMISES = {
  'double connection': 'AWS made more than one connection, or session, for one offer',
  'foreign read': "a player got, changed or learned of another player's session",
  'differing repeat': 'a repeated request got other bytes than its first answer',
  'wrong session': 'a reconnect answered with another session than the one that was asked for',
  'own session denied': 'a player was told that the own session does not exist',
  'false end': 'a player was told that a session is over which lives at AWS',
  'ended unasked': 'AWS ended a session by the API, and its player had not asked for it',
  'undocumented answer': 'an answer that docs/openapi.json does not tell of',
  misconfigured: 'an answer says that Rejoin is misconfigured, and nothing is',
  'left behind': 'when the faults were over, a player could not get back into a session that lives at AWS',
} as const;

export type Promised = keyof typeof PROMISES;

/** What was seen of one broken promise. */
export interface Broken {
  times: number;
  /** The first of them, in words. They quote no offer, answer or token. */
  examples: string[];
}

const EXAMPLES = 3;

/** Counts broken promises. */
export interface Violations {
  add(promise: Promised, what: string): void;
  all(): Readonly<Partial<Record<Promised, Broken>>>;
}

/** @param onAdd called with each one */
export function createViolations(onAdd: (promise: Promised, what: string) => void = () => {}): Violations {
  const found: Partial<Record<Promised, Broken>> = {};
  return {
    add(promise, what) {
      const broken = found[promise] ?? { times: 0, examples: [] };
      found[promise] = broken;
      broken.times += 1;
      if (broken.examples.length < EXAMPLES) broken.examples.push(what);
      onAdd(promise, what);
    },
    all: () => found,
  };
}
