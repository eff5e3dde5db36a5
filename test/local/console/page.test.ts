import { describe, expect, test } from 'vitest';
import { counterOf, returnSentence } from '../../../local/console/page/game.ts';
import { type Model, SIGNED_OUT, type State } from '../../../local/console/page/model.ts';
import { rowsOf } from '../../../local/console/page/timeline.ts';
import { createWatch, SILENCE_MS } from '../../../local/console/page/watch.ts';
import { curtainOf, endingSentence, STATE_NAMES } from '../../../local/console/page/words.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('noticing a loss', () => {
  const looks = (watch: ReturnType<typeof createWatch>, times: number[], frames: (at: number) => number) =>
    times.map((at) => watch.look(at, frames(at)));
  const every200 = (until: number) => Array.from({ length: until / 200 }, (_, index) => (index + 1) * 200);

  test('a stream with neither frames nor messages is lost once it was silent long enough, not before', () => {
    const verdicts = looks(createWatch(0), every200(1600), () => 0);

    expect(verdicts).toEqual([false, false, false, false, false, false, false, true]);
    expect(SILENCE_MS).toBe(1500);
  });

  test('frames alone, or messages alone, keep it alive: a still picture is no loss', () => {
    expect(looks(createWatch(0), every200(6000), (at) => at)).not.toContain(true);
    const watch = createWatch(0);
    const talking = every200(6000).map((at) => {
      watch.sign(at);
      return watch.look(at, 5);
    });
    expect(talking).not.toContain(true);
  });

  test('a tab that slept gets a new chance instead of a needless reconnect', () => {
    const watch = createWatch(0);
    watch.look(200, 10);

    expect(watch.look(60_000, 10)).toBe(false);
    expect(
      every200(1600)
        .map((at) => watch.look(60_000 + at, 10))
        .at(-1),
    ).toBe(true);
  });
});

describe('the game’s counter', () => {
  test('only a state message has one; anything else is ignored', () => {
    expect(counterOf(bytes('{"type":"state","counter":1234,"inputs":0}'))).toBe(1234);
    for (const other of [
      '',
      'hello',
      'null',
      '[]',
      '{"type":"serverDisconnect"}',
      '{"type":"state","counter":"7"}',
    ]) {
      expect(counterOf(bytes(other))).toBeUndefined();
    }
  });

  test('a counter that went on is nothing lost, one that restarted is said to be another game', () => {
    expect(returnSentence(1.94, 1234, 1271)).toBe(
      'Back in 1.9 s, counter went on: 1,234 → 1,271, nothing lost.',
    );
    expect(returnSentence(1, 1234, 3)).toBe(
      'Back in 1.0 s, but the counter restarted: 1,234 → 3. This is another game.',
    );
    expect(returnSentence(1, undefined, 3)).toBe('Back in 1.0 s, the counter is at 3.');
  });
});

describe('the timeline', () => {
  test('times count from the first moment', () => {
    const rows = rowsOf([
      { kind: 'cut', label: 'Cut', at: 1000 },
      { kind: 'frame', label: 'First frame', at: 2620 },
    ]);

    expect(rows.map(({ since }) => since)).toEqual(['+0.00 s', '+1.62 s']);
  });

  test('twenty refusals are one row with their number and the last reason, a wait under way stays visible', () => {
    const asked = (at: number) => ({ kind: 'asked' as const, label: 'Asked', at });
    const wait = (at: number) => ({
      kind: 'wait' as const,
      label: 'Told to wait',
      detail: 'not noticed',
      at,
    });

    const over = rowsOf([
      asked(0),
      wait(1),
      asked(2),
      wait(3),
      asked(4),
      { kind: 'answered', label: 'A', at: 5 },
    ]);
    const underWay = rowsOf([asked(0), wait(1), asked(2), wait(3)]);

    expect(over.map(({ label, detail }) => [label, detail])).toEqual([
      ['Asked 3 times', 'not noticed'],
      ['A', undefined],
    ]);
    expect(underWay.map(({ label }) => label)).toEqual(['Asked 2 times', 'Told to wait']);
  });
});

describe('words', () => {
  const session = {
    streamGroupId: 'sg-1',
    streamSessionId: 'ss-1',
    status: 'ACTIVE',
    createdAt: '2026-01-01T00:00:00.000Z',
    connectionTimeoutSeconds: 90,
  };
  const buttonsIn = (change: Partial<Model>) =>
    Object.keys(curtainOf({ ...SIGNED_OUT, ...change })?.buttons ?? {});

  test('in every state the page offers the one way on, and while it works none', () => {
    expect(buttonsIn({})).toEqual(['sign-in']);
    expect(buttonsIn({ state: 'ready' })).toEqual(['start']);
    expect(buttonsIn({ state: 'ready', session })).toEqual(['resume']);
    expect(buttonsIn({ state: 'lost', session })).toEqual(['reconnect']);
    expect(buttonsIn({ state: 'lost', session, takenOver: true })).toEqual(['resume']);
    expect(buttonsIn({ state: 'ended' })).toEqual(['start']);
    for (const state of ['connecting', 'reconnecting'] as const) expect(buttonsIn({ state })).toEqual([]);
    expect(curtainOf({ ...SIGNED_OUT, state: 'connected' })).toBeUndefined();
  });

  test('every state and every way a session ends has words', () => {
    const states: State[] = [
      'signed-out',
      'ready',
      'connecting',
      'connected',
      'lost',
      'reconnecting',
      'ended',
    ];
    const unknown = endingSentence(undefined);

    expect(states.every((state) => STATE_NAMES[state].length > 0)).toBe(true);
    expect(endingSentence('somethingNew')).toBe(unknown);
    expect(endingSentence('reconnectionTimeout')).not.toBe(unknown);
    expect(curtainOf({ ...SIGNED_OUT, state: 'lost', session })?.text).toContain('90 s');
  });
});
