/** Short sequences of steps that showed bugs before: a lost answer, an end during a reconnect, a short table outage. */
import type { Action, Fault, FaultKind, Step } from './plan.ts';

/** A step without its number. Its player and sandbox are drawn unless given. */
export type StepDraft = Pick<Step, 'after' | 'action'> & Partial<Step>;

interface Draw {
  pick<T>(...of: readonly T[]): T;
  whole(least: number, most: number): number;
}

const reconnect: Action = { kind: 'reconnect', offer: 'new', key: 'new', names: 'own' };
const again: Action = { kind: 'reconnect', offer: 'last', key: 'last', names: 'own' };
const start: Action = { kind: 'start', offer: 'new', key: 'new' };
const drop: Action = { kind: 'drop' };
const end: Action = { kind: 'end' };

/** Two drops in a row: the second reconnect names the connection that the first one got. */
function twice({ pick, whole }: Draw, kinds: readonly FaultKind[]): StepDraft[] {
  const outages: Action[] = [
    ...(kinds.includes('table')
      ? [{ kind: 'outage', of: 'table', how: pick('refused', 'stalled'), ms: whole(300, 3000) } as Action]
      : []),
    ...(kinds.includes('aws')
      ? [{ kind: 'outage', of: 'aws', how: pick('refused', 'throttled'), ms: whole(300, 3000) } as Action]
      : []),
  ];
  const first = outages.length > 0 ? [{ after: whole(10, 60), action: pick(...outages) }] : [];
  return [
    { after: 3000, action: drop },
    { after: pick(500, 2500, 6000), action: reconnect },
    ...first,
    { after: whole(500, 3000), action: drop },
    { after: pick(500, 2500, 6000), action: pick(reconnect, reconnect, again) },
  ];
}

/** An end during a reconnect or right after it, then a request that shows what is left. */
function endings({ pick, whole }: Draw): StepDraft[] {
  const meeting = [
    { after: pick(500, 2500, 6000), action: reconnect },
    { after: whole(0, 400), action: end },
  ];
  return [
    { after: 2000, action: drop },
    ...(pick(true, true, false) ? meeting : meeting.toReversed()),
    {
      after: whole(300, 2500),
      action: pick({ kind: 'list' } as Action, start, { kind: 'status' } as Action),
    },
    { after: whole(300, 3000), action: start },
  ];
}

/** A start that may fail, and its repetition. */
function starts({ pick, whole }: Draw, kinds: readonly FaultKind[]): StepDraft[] {
  const wrong: Fault[] = kinds.includes('aws')
    ? [{ on: 'aws', op: 0, how: pick('lost', 'silentAfter', 'internalAfter') }]
    : kinds.includes('kills')
      ? [{ on: 'kill', op: whole(3, 6), how: pick('before', 'after') }]
      : [];
  return [
    { after: 1000, action: end },
    { after: whole(500, 3000), action: start, faults: wrong },
    { after: pick(500, 5000, 12_000), action: { kind: 'start', offer: 'last', key: 'last' } },
  ];
}

/** Draws one scenario. */
export function scenario(draw: Draw, kinds: readonly FaultKind[]): StepDraft[] {
  return draw.pick(twice, endings, starts)(draw, kinds);
}
