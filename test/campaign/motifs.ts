/** Short sequences in which faults of the past lay: an answer that is lost, an end that meets a reconnect, a table that is gone for a moment. */
import type { Deed, Fault, FaultKind, Step } from './plan.ts';

/** A step without its number; its player and sandbox are drawn where they are not given. */
export type Sketch = Pick<Step, 'after' | 'deed'> & Partial<Step>;

interface Draw {
  pick<T>(...of: readonly T[]): T;
  whole(least: number, most: number): number;
}

const reconnect: Deed = { kind: 'reconnect', offer: 'new', key: 'new', names: 'own' };
const again: Deed = { kind: 'reconnect', offer: 'last', key: 'last', names: 'own' };
const start: Deed = { kind: 'start', offer: 'new', key: 'new' };
const drop: Deed = { kind: 'drop' };
const end: Deed = { kind: 'end' };

/** Dropped, answered, dropped again: the second reconnect names what the first was told. */
function twice({ pick, whole }: Draw, kinds: readonly FaultKind[]): Sketch[] {
  const trouble: Deed[] = [
    ...(kinds.includes('table')
      ? [{ kind: 'outage', of: 'table', how: pick('refused', 'stalled'), ms: whole(300, 3000) } as Deed]
      : []),
    ...(kinds.includes('aws')
      ? [{ kind: 'outage', of: 'aws', how: pick('refused', 'throttled'), ms: whole(300, 3000) } as Deed]
      : []),
  ];
  const first = trouble.length > 0 ? [{ after: whole(10, 60), deed: pick(...trouble) }] : [];
  return [
    { after: 3000, deed: drop },
    { after: pick(500, 2500, 6000), deed: reconnect },
    ...first,
    { after: whole(500, 3000), deed: drop },
    { after: pick(500, 2500, 6000), deed: pick(reconnect, reconnect, again) },
  ];
}

/** An end while a reconnect is under way, or right after it, and then a look at what is there. */
function endings({ pick, whole }: Draw): Sketch[] {
  const meeting = [
    { after: pick(500, 2500, 6000), deed: reconnect },
    { after: whole(0, 400), deed: end },
  ];
  return [
    { after: 2000, deed: drop },
    ...(pick(true, true, false) ? meeting : meeting.toReversed()),
    { after: whole(300, 2500), deed: pick({ kind: 'list' } as Deed, start, { kind: 'status' } as Deed) },
    { after: whole(300, 3000), deed: start },
  ];
}

/** A start that may go wrong, and its repetition. */
function starts({ pick, whole }: Draw, kinds: readonly FaultKind[]): Sketch[] {
  const wrong: Fault[] = kinds.includes('aws')
    ? [{ on: 'aws', op: 0, how: pick('lost', 'silentAfter', 'internalAfter') }]
    : kinds.includes('kills')
      ? [{ on: 'kill', op: whole(3, 6), how: pick('before', 'after') }]
      : [];
  return [
    { after: 1000, deed: end },
    { after: whole(500, 3000), deed: start, faults: wrong },
    { after: pick(500, 5000, 12_000), deed: { kind: 'start', offer: 'last', key: 'last' } },
  ];
}

/** One of them. */
export function motif(draw: Draw, kinds: readonly FaultKind[]): Sketch[] {
  return draw.pick(twice, endings, starts)(draw, kinds);
}
