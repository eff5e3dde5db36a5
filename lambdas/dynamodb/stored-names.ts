/**
 * Attributes of the table whose name differs from the name in the code. An attribute that is not listed has the same name in both.
 *
 * The table keeps its names for good: during a deployment old and new functions share items, and items of the release before
 * are read for as long as they live. Members inside a stored object, such as a lease's `until`, have their stored names in the code.
 */
export const SESSION_ATTRIBUTES = {
  connectionHistory: 'lineage',
  usedOffers: 'consumed',
  abandonedLeases: 'orphans',
  failureEpisode: 'trouble',
  ticket: 'turn',
  nextFreeAt: 'budgetTat',
  unstableCountedAt: 'relapseCounted',
  lookedUpAt: 'lookedAt',
} as const;

export const SLOT_ATTRIBUTES = {
  earlierRequests: 'earlier',
  ticket: 'turn',
  failureEpisode: 'trouble',
} as const;

/** Of an admission queue, and of the lookup limiter, whose item has the same schedule. */
export const QUEUE_ATTRIBUTES = {
  nextFreeAt: 'tat',
  overflowNextFreeAt: 'spareTat',
  queueingUntil: 'pacingUntil',
  overflowShare: 'spareShare',
} as const;

/** Of an item that keeps a rate limit. */
export const RATE_LIMIT_ATTRIBUTES = { nextFreeAt: 'tat' } as const;

/** Of a player's item of counted events, and a part of the key of an hour's item. */
export const PLAYER_EVENT_ATTRIBUTES = { unstableConnection: 'relapsed' } as const;

type Names = Readonly<Record<string, string>>;

/** Members by their names in the code, as attributes by their names in the table. */
export function toStored(members: object, names: Names): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [storedName(name, names), value]));
}

/** Attributes of an item, by their names in the code. */
export function fromStored(item: object, names: Names): Record<string, unknown> {
  return toStored(item, Object.fromEntries(Object.entries(names).map(([name, stored]) => [stored, name])));
}

/** The attribute that a member is stored as. */
export function storedName(name: string, names: Names): string {
  return names[name] ?? name;
}
