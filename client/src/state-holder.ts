import type { ConnectedState, EndedState, StreamState } from './state.ts';

type Listener = (state: StreamState) => void;
type Settled = ConnectedState | EndedState;

/** The one place where a stream's state is set and told; a listener that throws harms nobody else. */
export function createStateHolder(first: Listener | undefined) {
  let state: StreamState = { name: 'idle' };
  const listeners = new Set<Listener>(first && [first]);

  function guarded(tell: () => void): void {
    try {
      tell();
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

    /** Resolves with the next state that lasts, or the present one. */
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
