import { describe, expect, test } from 'vitest';
import { BOUNDS, growthOf, JUDGED_FROM_MS, type Sample } from './growth.ts';

const MB = 1024 * 1024;
const WHOLE_MS = JUDGED_FROM_MS;

/** A look each second, with what the process holds at each moment from 0 to 1. */
const samples = (held: (part: number) => { mb: number; handles?: number }): Sample[] =>
  Array.from({ length: WHOLE_MS / 1000 }, (_, second) => {
    const { mb, handles = 20 } = held((second * 1000) / WHOLE_MS);
    return { at: second * 1000, rss: mb * MB, handles };
  });

describe('a process', () => {
  test('that grows steadily is reported with how much', () => {
    const growth = growthOf(
      'reconnect function',
      samples((part) => ({ mb: 80 + 100 * part })),
      WHOLE_MS,
    );
    expect(growth?.tooMuch).toEqual(['reconnect function grew by 60 MB of memory']);
  });

  test('that leaves handles open is reported', () => {
    const growth = growthOf(
      'reconnect function',
      samples((part) => ({ mb: 80, handles: 20 + Math.round(100 * part) })),
      WHOLE_MS,
    );
    expect(growth?.tooMuch).toEqual(['reconnect function has 60 more open handles']);
  });

  test('that only grows while it loads is not reported', () => {
    const growth = growthOf(
      'x',
      samples((part) => ({ mb: part < 0.2 ? 400 * part : 80 })),
      WHOLE_MS,
    );
    expect(growth).toMatchObject({ rss: { start: 80 * MB, end: 80 * MB }, tooMuch: [] });
  });

  test('that is large for single moments is not reported: medians are compared', () => {
    const growth = growthOf(
      'x',
      samples((part) => ({ mb: part > 0.9 && part < 0.98 ? 900 : 80, handles: part > 0.92 ? 900 : 20 })),
      WHOLE_MS,
    );
    expect(growth?.tooMuch).toEqual([]);
  });

  test('that is large from the start may grow by a part of that', () => {
    const start = (4 * BOUNDS.rssBytes) / MB / BOUNDS.rssShare;
    const grown = (share: number) =>
      growthOf(
        'x',
        samples((part) => ({ mb: part < 0.5 ? start : start * (1 + share) })),
        WHOLE_MS,
      )?.tooMuch;
    expect(grown(BOUNDS.rssShare * 0.9)).toEqual([]);
    expect(grown(BOUNDS.rssShare * 1.1)).toHaveLength(1);
  });

  test('that ended before the last fifth is not compared, and neither is one that began after the first', () => {
    const all = samples((part) => ({ mb: part < 0.3 ? 1 : 80 }));
    expect(growthOf('x', all.slice(0, all.length / 2), WHOLE_MS)).toBeUndefined();
    expect(growthOf('x', all.slice(all.length / 4), WHOLE_MS)).toBeUndefined();
  });

  test('is not judged in a soak that is too short for it', () => {
    expect(
      growthOf(
        'x',
        samples((part) => ({ mb: 80 + 900 * part })),
        WHOLE_MS - 1,
      ),
    ).toBeUndefined();
  });
});
