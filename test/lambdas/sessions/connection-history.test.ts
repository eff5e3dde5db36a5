import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addConnection,
  isInHistory,
  keptHistory,
  markOfPrevious,
  withUnrecorded,
} from '../../../lambdas/sessions/connection-history.ts';
import type { Lease } from '../../../lambdas/sessions/lease.ts';

/** A lease whose function died, or could not write. @param named what its request named; null for a lease of an earlier release */
function left(connectionId: string, named?: string | null): Lease {
  const follows = named === null ? {} : { follows: markOfPrevious(named) };
  return { id: 'lease', until: 0, request: connectionId, offer: connectionId, connectionId, ...follows };
}

describe('a device insisted, and it is unknown whether it got its connection', () => {
  const both = withUnrecorded(['mine-1', 'mine-2'], [left('theirs-1')]);

  it('either device may come back', () => {
    for (const id of ['mine-1', 'mine-2', 'theirs-1']) expect(isInHistory(both, id)).toBe(true);
  });

  it('the device that comes back first keeps the stream, and the other one is overtaken', () => {
    const mine = addConnection(both, 'mine-3', 'mine-2');
    expect(mine).toEqual(['mine-1', 'mine-2', 'mine-3']);
    expect(isInHistory(mine, 'theirs-1')).toBe(false);
    const theirs = addConnection(both, 'theirs-2', 'theirs-1');
    expect(theirs).toEqual(['theirs-1', 'theirs-2']);
    for (const id of ['mine-1', 'mine-2']) expect(isInHistory(theirs, id)).toBe(false);
  });

  it('a device whose next answer is lost too keeps what it knows, and gets no connection of the other one', () => {
    const again = withUnrecorded(both, [left('mine-3', 'mine-2')]);
    expect(addConnection(again, 'mine-4', 'mine-3')).toEqual(['mine-1', 'mine-2', 'mine-3', 'mine-4']);
    expect(addConnection(again, 'theirs-2', 'theirs-1')).toEqual(['theirs-1', 'theirs-2']);
  });

  it('three devices that insisted are three, and one that insists anew overtakes them all', () => {
    const three = withUnrecorded(both, [left('third-1')]);
    expect(addConnection(three, 'theirs-2', 'theirs-1')).toEqual(['theirs-1', 'theirs-2']);
    expect(addConnection(three, 'third-2', 'third-1')).toEqual(['third-1', 'third-2']);
    expect(addConnection(three, 'fourth-1', undefined)).toEqual(['fourth-1']);
  });

  it('no page can name the mark between two devices', () => {
    expect(both).toContain('');
    expect(isInHistory(both, '')).toBe(false);
  });

  it('a repeated request whose named connection was forgotten continues the device that its own connection belongs to', () => {
    expect(addConnection(both, 'mine-2', 'forgotten')).toEqual(['mine-1', 'forgotten', 'mine-2']);
  });
});

describe('one device alone', () => {
  it('keeps each connection that it may have got', () => {
    const history = withUnrecorded(['c1'], [left('c2', 'c1'), left('c3', 'c1')]);
    expect(history).toEqual(['c1', 'c2', 'c3']);
    expect(addConnection(history, 'c4', 'c1')).toEqual(['c2', 'c3', 'c1', 'c4']);
  });

  it('keeps each connection once, also where a function wrote it down and its lease still names it', () => {
    expect(withUnrecorded(['c1', 'c2'], [left('c2'), left('c1', 'c2')])).toEqual(['c1', 'c2']);
  });

  it('has its connection in the history where its lease is of an earlier release, which kept no mark', () => {
    expect(withUnrecorded(['c1'], [left('c2', null)])).toEqual(['c1', 'c2']);
    expect(withUnrecorded([], [left('c2', null)])).toEqual(['c2']);
  });

  it('has its connection in the history where the one that it named was forgotten', () => {
    expect(withUnrecorded(['c1'], [left('c2', 'forgotten')])).toEqual(['c1', 'c2']);
  });

  it('is found by four characters of a name, which is what a lease keeps', () => {
    expect(markOfPrevious('abcdefgh')).toBe('abcd');
    expect(markOfPrevious(undefined)).toBe('');
  });
});

describe('a long history', () => {
  const eight = Array.from({ length: 8 }, (_, at) => `c${at + 1}`);

  it('keeps the eight newest connections', () => {
    expect(keptHistory(eight)).toEqual(eight);
    expect(keptHistory([...eight, 'c9'])).toEqual([...eight.slice(1), 'c9']);
    expect(addConnection(eight, 'c9', 'c8')).toEqual([...eight.slice(1), 'c9']);
  });

  it('counts the connections, not the marks between devices', () => {
    expect(keptHistory(withUnrecorded(eight, [left('d1')]))).toEqual([...eight.slice(1), '', 'd1']);
    const newer = Array.from({ length: 8 }, (_, at) => left(`d${at + 1}`, at === 0 ? undefined : 'd1'));
    expect(keptHistory(withUnrecorded(eight, newer))).toEqual(newer.map(({ connectionId }) => connectionId));
  });
});

it('two devices never take the stream from each other for ever, whichever writes are lost', () => {
  const turns = fc.array(
    fc.record({ device: fc.constantFrom('a', 'b'), insists: fc.boolean(), lost: fc.boolean() }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(turns, (plan) => {
      let history: string[] = ['a0'];
      const newest = new Map([['a', 'a0']]);
      const reconnect = (device: string, insists: boolean, lost: boolean, name: string): boolean => {
        const named = insists ? undefined : newest.get(device);
        if (!insists && (named === undefined || !isInHistory(history, named))) return false;
        history = lost
          ? keptHistory(withUnrecorded(history, [left(name, named)]))
          : addConnection(history, name, named);
        newest.set(device, name);
        return true;
      };
      plan.forEach(({ device, insists, lost }, at) => {
        reconnect(device, insists, lost, `${device}${at + 1}-${'x'.repeat(at)}`);
      });
      // From now on no write is lost and no device insists. After one round, one device is refused and the other gets in.
      const answers = [1, 2].flatMap((round) =>
        ['a', 'b'].map((device) => ({ device, let: reconnect(device, false, false, `${device}-${round}`) })),
      );
      const last = answers.slice(-2);
      expect(last.filter((answer) => answer.let)).toHaveLength(1);
    }),
    { numRuns: 2000 },
  );
});
