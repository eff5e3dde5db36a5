import type { Loss } from './contract.ts';
import type { Ending, StreamState } from './state.ts';

type Name = StreamState['name'];

/** The states that a stream goes to from each state by what the network, the API or another device does. */
const NEXT: Readonly<Record<Name, readonly Name[]>> = {
  idle: [],
  connecting: ['connecting', 'connected', 'ended'],
  connected: ['connected', 'reconnecting', 'ended'],
  reconnecting: ['reconnecting', 'connected', 'ended'],
  ending: ['ended'],
  ended: [],
};

const TRYING: readonly Name[] = ['connecting', 'reconnecting'];
const EFFORT: readonly Name[] = [...TRYING, 'connected'];
const ASKING: readonly Name[] = [...TRYING, 'ending'];

/** The states that each reason ends. Empty: only the page does it, by `close()` or its signal. */
const ENDS: Readonly<Record<Ending['reason'], readonly Name[]>> = {
  idle: EFFORT,
  terminated: EFFORT,
  // A stream that plays asks the API nothing: it is lost first. end() may hear that the session was over.
  session_ended: ASKING,
  no_session: ASKING,
  taken_over: [...EFFORT, 'ending'],
  held_by_tab: ['connecting'],
  expired: ASKING,
  refused: ASKING,
  signed_out: ASKING,
  failed: TRYING,
  ended_by_player: ['ending'],
  closed: [],
  aborted: [],
};

/** Losses after which the old connection is closed at once: it can't heal. */
const DEAD: readonly Loss[] = ['frozen', 'failed', 'channel_error', 'server_disconnect'];

/** Whether a connection that was lost so can come back by itself. */
export function canHeal(why: Loss): boolean {
  return !DEAD.includes(why);
}

/** Why a stream never goes from one state to another without the page, or undefined where it may. */
export function reasonAgainst(from: StreamState, to: StreamState): string | undefined {
  if (!NEXT[from.name].includes(to.name)) {
    return `A stream that is ${from.name} does not become ${to.name}: it may become ${list(NEXT[from.name])}.`;
  }
  if (to.name === 'ended' && !ENDS[to.reason].includes(from.name)) {
    return `A stream that is ${from.name} does not end with ${to.reason}: that ends one that is ${list(ENDS[to.reason])}.`;
  }
  if (to.name === 'ended' && to.reason === 'taken_over' && to.by === 'device' && from.name === 'connected') {
    return 'A playing stream does not learn of another device. Call lose() first: its next request finds out.';
  }
  if (to.name === 'reconnecting' && to.healing && !canHeal(to.why)) {
    return `A connection that was lost by ${to.why} is closed: healing is false.`;
  }
  if (to.name === 'reconnecting' && to.healing && from.name === 'reconnecting' && !from.healing) {
    return 'An old connection that is closed does not heal any more.';
  }
  return undefined;
}

function list(names: readonly Name[]): string {
  return names.join(', ') || 'something else only by the page’s own call';
}
