// error TS2366: a page that forgets a state hears of it from its compiler, not from a player.
import type { StreamState } from '../../../client/src/index.ts';

export function title(state: StreamState): string {
  switch (state.name) {
    case 'idle':
    case 'connecting':
    case 'connected':
    case 'ending':
    case 'ended':
      return state.name;
  }
}
