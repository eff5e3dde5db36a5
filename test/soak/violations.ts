/** The promises that a soak can see broken, and what each means in the report. */
export const PROMISES = {
  'double connection': 'AWS made more than one connection, or session, for one offer',
  'foreign read': "a player saw, changed or learned of another player's session",
  'differing repeat': 'a repeated request got an answer with other bytes than the first',
  'wrong session': 'a reconnect answered with another session than the requested one',
  'own session denied': 'an answer told a player that their own session does not exist',
  'false end': 'an answer told a player that a session is over, while it lived at AWS',
  'ended unasked': 'the API ended a session at AWS, and its player had not asked for that',
  'undocumented answer': 'an answer that docs/openapi.json does not describe',
  misconfigured: 'an answer said that Rejoin is misconfigured, although it is not',
  'left behind': 'after the faults were over, a player could not get back into a session that lived at AWS',
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
