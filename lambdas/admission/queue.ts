/**
 * The pacer's arithmetic: a generic cell rate schedule kept in one item. `tat` is the next free turn of the line that
 * everybody joins. `spareTat` is that of a second, thinner line over the places that no-shows leave in the first:
 * it serves players whose turn in the first would come too late, and those whom AWS throttled on their turn. Times
 * are epoch milliseconds, rates calls a second.
 */
export interface QueueState {
  tat: number;
  spareTat: number;
  /** Until then every arrival takes a turn, even where the line is empty. */
  pacingUntil: number;
  /** What AWS granted when it was last found to grant less than the quota, and when that was. */
  rate: number;
  changedAt: number;
  /** The second line's rate, as a part of the first's: how many no-shows are counted on. */
  spareShare: number;
  /** Calls on turns since `windowAt` that AWS took (`taken`) and throttled (`refused`), and those of the first line. */
  taken: number;
  refused: number;
  shown: number;
  windowAt: number;
}

/** The line a turn is taken in. */
export type QueueName = 'tat' | 'spareTat';

/** One taking of a turn: what the table does in one conditional update. */
export interface QueueStep {
  line: QueueName;
  now: number;
  /** The line grows by this. */
  intervalMs: number;
  /** The turn where the line is empty. */
  firstTurn: number;
  /** AWS has just throttled: pacing begins, or goes on, for {@link QUEUEING_MS}. */
  opens: boolean;
  /** It begins: what was counted before says nothing. */
  begins: boolean;
}

/** After AWS throttled, arrivals take turns for at least this long. */
export const QUEUEING_MS = 10_000;
/**
 * The first turn after a throttle comes this much later: AWS's bucket, which holds a second's worth, has tokens again by
 * then, and they absorb that players come a little early or late. A full second would let some run over.
 */
const SLACK_MS = 700;
/** No-shows that are counted on before any could be measured, and the bounds of what may be measured. */
const SPARE_SHARE = 0.45;
const SPARE_SHARE_LEAST = 0.1;
const SPARE_SHARE_MOST = 0.6;
/** How long before a player's first request its stream may have been lost. */
const LOSS_BEFORE_FIRST_REQUEST_MS = 2000;
/** How much of a window's finding is believed. */
const SMOOTHING = 0.15;
/** How long calls are counted before a rate is judged by them. */
const WINDOW_MS = 2000;
/** A window in which AWS throttled a smaller part than this is noise. */
const REFUSED_PART = 0.05;
/** The most that a rate falls in one window, and the least part of the quota it falls to. */
const FALL = 0.7;
const LEAST_RATE = 0.25;
/** The same for looks, which nobody waits for. */
const LEAST_LOOKS = 0.02;
/** A window in which less than this part of the rate was asked for says nothing of what AWS grants. */
const ASKED_PART = 0.5;
/** AWS takes the whole rate when it takes this part of it in a window; the rest is noise. */
const ENOUGH = 0.9;
/** A little more is asked for than AWS took, or the rate could only ever fall. */
const PROBE = 1.05;
/**
 * The part of the quota by which a lowered rate grows back in the first second, and the milliseconds in which that doubles:
 * slowly beside somebody who keeps using the quota, soon where it was a moment's trouble.
 */
const RISE = 0.02;
const RISE_DOUBLES_MS = 10_000;
/**
 * AWS may notice a loss this much later than the player's client, so that a turn after the likely end may still be in time.
 * The lines serve turns until then; later ones move no line, and are spread over the second time.
 */
const NOTICED_LATER_MS = 20_000;
const LATE_SPREAD_MS = 60_000;
/** One item serves a rate up to this; beyond, its writes (1,000 a second for an item) would be the bottleneck. */
const RATE_OF_ONE_ITEM = 100;
/** Calls that are counted a second and item, at most; of more, a sample is. */
const COUNTED_PER_SECOND = 25;

/** How many items a quota is spread over. Each paces its part on its own. */
export function shardsOf(quota: number): number {
  return Math.max(1, Math.ceil(quota / RATE_OF_ONE_ITEM));
}

/** The state behind an item, or behind none. */
export function queueState(item: Partial<QueueState> | undefined, quota: number): QueueState {
  const known: QueueState = {
    tat: 0,
    spareTat: 0,
    pacingUntil: 0,
    rate: quota,
    changedAt: 0,
    spareShare: SPARE_SHARE,
    taken: 0,
    refused: 0,
    shown: 0,
    windowAt: 0,
  };
  for (const name of Object.keys(known) as (keyof QueueState)[]) {
    // Another version, or somebody's repair by hand, may have left anything.
    const value = item?.[name];
    if (typeof value === 'number' && Number.isFinite(value)) known[name] = value;
  }
  return known;
}

/** Whether arrivals need a turn. */
export function isQueueing(state: QueueState, now: number): boolean {
  return state.pacingUntil > now || state.tat > now;
}

/** The rate now: one that was lowered grows back to the quota by itself, slowly and without a write. */
export function currentRate({ rate, changedAt }: QueueState, quota: number, now: number): number {
  const since = Math.max(0, now - changedAt);
  return Math.min(quota, rate + ((quota * RISE * since) / 1000) * (1 + since / RISE_DOUBLES_MS));
}

function lineRate(state: QueueState, quota: number, line: QueueName, now: number): number {
  return currentRate(state, quota, now) * (line === 'tat' ? 1 : state.spareShare);
}

/** The turn that a line would give now. */
function offered(state: QueueState, line: QueueName, now: number): number {
  return Math.max(state[line], now);
}

/**
 * The line to join: the first, unless its turn comes after the session's likely end and the second's does not; for
 * somebody whom AWS throttled on a turn, whichever comes first.
 *
 * @param end the session's likely end.
 */
export function queueFor(
  state: QueueState,
  visitor: { now: number; end: number; again: boolean },
): QueueName {
  const { now, end, again } = visitor;
  const [first, spare] = [offered(state, 'tat', now), offered(state, 'spareTat', now)];
  if (again) return spare < first ? 'spareTat' : 'tat';
  return first > lastSafeTicket(end) && spare <= end ? 'spareTat' : 'tat';
}

/** The last turn that is surely in time: the end is reckoned from a player's first request, a little after the loss. */
export function lastSafeTicket(end: number): number {
  return end - LOSS_BEFORE_FIRST_REQUEST_MS;
}

/**
 * The turn of somebody who would come too late even in the line to join, else undefined. It moves no line: one of players
 * whose sessions are over would keep out whoever drops after them.
 */
export function ticketPastEnd(
  state: QueueState,
  visitor: { now: number; end: number; again: boolean; random: number },
): number | undefined {
  const { now, end, again, random } = visitor;
  const turn = offered(state, queueFor(state, visitor), now);
  return turn > end + (again ? 0 : NOTICED_LATER_MS) ? turn + random * LATE_SPREAD_MS : undefined;
}

/** A turn in the rest of the session's life, for somebody who came on time, whom AWS throttled, and for whom no line has one. */
export function ticketBeforeEnd(now: number, end: number, random: number): number | undefined {
  return end - now > SLACK_MS ? now + SLACK_MS + random * (end - now - SLACK_MS) : undefined;
}

/** The taking of a turn in a line. */
export function stepOf(
  state: QueueState,
  quota: number,
  { line, now, opens }: { line: QueueName; now: number; opens: boolean },
): QueueStep {
  const intervalMs = 1000 / lineRate(state, quota, line, now);
  const firstTurn = now + (opens ? SLACK_MS : line === 'spareTat' ? intervalMs : 0);
  return { line, now, intervalMs, firstTurn, opens, begins: opens && !isQueueing(state, now) };
}

/** What a move does to the state, and the turn it gives. The table's update expressions do the same. */
export function moved(state: QueueState, move: QueueStep): { state: QueueState; turn: number } {
  const { line, now, intervalMs, firstTurn, opens, begins } = move;
  const empty = state[line] <= now;
  const turn = empty ? firstTurn : state[line];
  return {
    turn,
    state: {
      ...state,
      ...(opens ? { pacingUntil: now + QUEUEING_MS } : {}),
      ...(begins && empty ? { taken: 0, refused: 0, shown: 0, windowAt: firstTurn } : {}),
      [line]: turn + intervalMs,
    },
  };
}

/** How many calls one counted call stands for: all are counted up to a rate, then a sample. */
export function sampleWeight(quota: number): number {
  return Math.max(1, quota / COUNTED_PER_SECOND);
}

/**
 * What the calls of a full window change, or null before it is full. Where AWS throttled although turns were given, and
 * took less than the rate, others use the quota too: the rate goes down to what AWS took. Of a full first line every place
 * was given to somebody: the part whose calls are missing is the part of players who did not come.
 */
export function windowResult(
  state: QueueState,
  quota: number,
  now: number,
): Pick<QueueState, 'rate' | 'changedAt' | 'spareShare' | 'taken' | 'refused' | 'shown' | 'windowAt'> | null {
  const elapsed = now - state.windowAt;
  if (elapsed < WINDOW_MS) return null;
  const before = currentRate(state, quota, now);
  const took = (state.taken * 1000) / elapsed;
  const asked = state.taken + state.refused;
  const others =
    state.refused > REFUSED_PART * asked &&
    took <= ENOUGH * before &&
    asked * 1000 >= ASKED_PART * before * elapsed;
  const lowered = Math.min(before, Math.max(took * PROBE, before * FALL, quota * LEAST_RATE));
  return {
    ...(others ? { rate: lowered, changedAt: now } : { rate: state.rate, changedAt: state.changedAt }),
    spareShare:
      state.tat > now ? nextSpareShare(state, (state.shown * 1000) / elapsed / before) : state.spareShare,
    taken: 0,
    refused: 0,
    shown: 0,
    windowAt: now,
  };
}

/** @param shown the part of the first line's places that were used in a window; a few dozen calls, so it is smoothed. */
function nextSpareShare({ spareShare }: QueueState, shown: number): number {
  const part = Math.min(1, Math.max(shown, 1 / (1 + SPARE_SHARE_MOST)));
  const fits = (1 - part) / part;
  const next = spareShare + SMOOTHING * (fits - spareShare);
  return Math.min(SPARE_SHARE_MOST, Math.max(SPARE_SHARE_LEAST, next));
}

/** The rate after AWS throttled a call that nobody waits for: at most a second's falls in a second. */
export function slowedRate(state: QueueState, quota: number, now: number): number {
  return Math.max(quota * LEAST_LOOKS, currentRate(state, quota, now) * FALL);
}

/**
 * How long somebody waits whom the pacer's item had no time for: until the item is calmer, spread the wider the longer
 * the line is known to be, since a longer line makes a later asking cost nothing.
 */
export function busyItemWaitMs(state: QueueState | undefined, now: number, random: number): number {
  const line = state ? state.tat - now : 0;
  return Math.round(1000 + random * Math.min(60_000, Math.max(2000, line / 2)));
}
