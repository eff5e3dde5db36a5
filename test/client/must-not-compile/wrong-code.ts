// error TS2367: a code that the protocol does not have can't be compared with.
import type { StreamState } from '../../../client/src/index.ts';

export function isQueued(state: StreamState): boolean {
  return state.name === 'reconnecting' && state.wait?.code === 'queued';
}
