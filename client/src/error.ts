import type { Ending } from './state.ts';

/** There is nothing more to try, and why. What `find()` rejects with; everything else shows it as a state. */
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
