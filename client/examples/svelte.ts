import type { Stream } from 'rejoin-client';
import { readable } from 'svelte/store';

/** The state of a stream, as a store: `$state.name`. Call `stream.close()` in `onDestroy`; the session lives. */
export function streamState(stream: Stream<unknown>) {
  return readable(stream.state, (set) => {
    set(stream.state);
    return stream.subscribe(set);
  });
}
