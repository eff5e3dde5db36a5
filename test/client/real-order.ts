import { expect, onTestFinished } from 'vitest';
import { reasonAgainst } from '../../client/src/fake-rules.ts';
import type { StreamState } from '../../client/src/index.ts';

/** What a page itself brings about, from any state. */
function isThePages(to: StreamState): boolean {
  if (to.name === 'ended') return to.reason === 'closed' || to.reason === 'aborted';
  return to.name === 'connecting' || to.name === 'ending';
}

/** What a fake stream would refuse to do, of the states that a stream went through. */
function refusedOrders(states: readonly StreamState[]): string[] {
  return states.flatMap((to, at) => {
    const from = states[at - 1] ?? { name: 'idle' };
    const why = isThePages(to) ? undefined : reasonAgainst(from, to);
    return why === undefined ? [] : [`${from.name} -> ${to.name}: ${why}`];
  });
}

/**
 * Checks at the end of the test that a fake stream could have gone through the same states as this real one. Every test of the client
 * does, so the rules of `rejoin-client/testing` can't forbid what happens.
 */
export function expectRealOrder(states: readonly StreamState[]): void {
  onTestFinished(() => expect(refusedOrders(states)).toEqual([]));
}
