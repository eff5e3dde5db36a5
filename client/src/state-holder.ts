import type { ConnectedState, EndedState, StreamState } from './state.ts';

type Listener = (state: StreamState) => void;
type Settled = ConnectedState | EndedState;

/** Holds a stream's state and calls its listeners. A listener that throws does not stop the others. */
export function createStateHolder(first: Listener | undefined) {
  let state: StreamState = { name: 'idle' };
  const listeners = new Set<Listener>(first && [first]);

  function guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      console.error(error);
    }
  }

  return {
    guarded,
    state: () => state,

    set(next: StreamState): void {
      const isSame = next.name !== 'ended' && JSON.stringify(next) === JSON.stringify(state);
      if (isSame) return;
      state = next;
      for (const listener of listeners) guarded(() => state === next && listener(next));
    },

    subscribe(listener: Listener): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** Resolves with the present state if it is `connected` or `ended`, else with the next such state. */
    settled(): Promise<Settled> {
      return new Promise((resolve) => {
        const settle: Listener = (now) => {
          if (now.name !== 'connected' && now.name !== 'ended') return;
          listeners.delete(settle);
          resolve(now);
        };
        listeners.add(settle);
        settle(state);
      });
    },
  };
}
