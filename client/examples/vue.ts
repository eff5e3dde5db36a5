import type { Stream } from 'rejoin-client';
import { onScopeDispose, shallowRef } from 'vue';

/** The state of a stream, for a template. It closes the stream with the component; the session lives. */
export function useStreamState(stream: Stream<unknown>) {
  const state = shallowRef(stream.state);
  stream.subscribe((next) => {
    state.value = next;
  });
  onScopeDispose(() => stream.close());
  return state;
}
