import type { Ending } from './state.ts';

/** Why the client gave up. `find()` rejects with it; all other calls show it as a state. */
export class RejoinError extends Error {
  override readonly name = 'RejoinError';
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(ending.reason, { cause: (ending as { error?: unknown }).error });
    this.ending = ending;
  }
}

/** Something thrown, as an Error. @param otherwise what to say where it is none. */
export function errorOf(thrown: unknown, otherwise: string): Error {
  return thrown instanceof Error ? thrown : new Error(otherwise, { cause: thrown });
}
