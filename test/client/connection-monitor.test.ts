import { describe, expect, test } from 'vitest';
import { createConnectionMonitor, type MonitorSample } from '../../client/src/connection-monitor.ts';
import type { RtcStats } from '../../client/src/rtc-stats.ts';
import { packets, watched } from './media-trace.ts';

/** A monitor that keeps its last sample. */
function watching(startedAt: number, stallMs?: () => number) {
  const monitor = createConnectionMonitor(startedAt, stallMs);
  let last: MonitorSample | undefined;
  return {
    nextSampleMs: monitor.nextSampleMs,
    sample(...given: Parameters<typeof monitor.sample>) {
      last = monitor.sample(...given);
      return last.condition;
    },
    silentMs: () => last?.silentMs,
    came: () => ({ packet: last?.packet, frame: last?.frame }),
  };
}

/** Samples like the client. */
function sampleAt(
  monitor: ReturnType<typeof watching>,
  at: number,
  all: number | undefined,
  doubted = false,
) {
  const stats = all === undefined ? {} : { all, video: all };
  return monitor.sample(at, at, stats, doubted);
}

describe('ten minutes on a bad network trigger nothing', () => {
  const LENGTH_MS = 600_000;
  const freezes = Array.from({ length: 60 }, (_, index) => 5000 + index * 9870);

  test.each([
    ['in which packets of a freeze are lost', true],
    ['in which packets of a freeze come in one burst after it', false],
  ])('5 % loss, 300 ms jitter and sixty freezes of 1.5 s, %s', (_what, loses) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const arrivals = packets({
        seed,
        lengthMs: LENGTH_MS,
        loss: 0.05,
        jitterMs: 300,
        freezes,
        freezeMs: 1500,
        loses,
      });
      const { condition, longestMs } = watched(arrivals, LENGTH_MS);
      expect(condition).toBe('well');
      // The freezes were real. Only late packets from before fall into their beginning.
      expect(longestMs).toBeGreaterThan(1000);
    }
  });

  test('sixty silences of 1.8 s, the worst that both cause together', () => {
    const arrivals = packets({
      seed: 1,
      lengthMs: LENGTH_MS,
      loss: 0.05,
      jitterMs: 0,
      freezes,
      freezeMs: 1800,
      loses: false,
    });
    const { condition, longestMs } = watched(arrivals, LENGTH_MS);
    expect(condition).toBe('well');
    expect(longestMs).toBeGreaterThan(1600);
  });

  test('the same with ten packets a second, as in a scene with little motion', () => {
    const arrivals = packets({
      seed: 7,
      lengthMs: LENGTH_MS,
      loss: 0.05,
      jitterMs: 300,
      freezes,
      freezeMs: 1500,
      loses: false,
      frameMs: 100,
      packetsPerFrame: 1,
    });
    expect(watched(arrivals, LENGTH_MS).condition).toBe('well');
  });

  test('the same on a busy machine, where samples come late and take long', () => {
    const arrivals = packets({
      seed: 3,
      lengthMs: LENGTH_MS,
      loss: 0.05,
      jitterMs: 300,
      freezes,
      freezeMs: 1500,
      loses: true,
    });
    expect(watched(arrivals, LENGTH_MS, { lateMs: 700, slowMs: 250 }).condition).toBe('well');
  });
});

describe('a blackhole', () => {
  test.each(Array.from({ length: 20 }, (_, index) => 10_000 + index * 13))(
    'at %i ms is noticed within two seconds of the last packet, and not before the silence is long enough',
    (cutAt) => {
      const arrivals = packets({
        seed: cutAt,
        lengthMs: cutAt,
        loss: 0.01,
        jitterMs: 5,
        freezes: [],
        freezeMs: 0,
        loses: true,
      });
      const { condition, at } = watched(arrivals, cutAt + 10_000);
      const last = arrivals.at(-1) ?? 0;
      expect(condition).toBe('silent');
      expect(at - last).toBeGreaterThanOrEqual(1900);
      expect(at - last).toBeLessThanOrEqual(2030);
    },
  );

  test('in a hidden tab, whose timers fire once a second, is noticed within seconds', () => {
    const arrivals = packets({
      seed: 1,
      lengthMs: 10_000,
      loss: 0,
      jitterMs: 5,
      freezes: [],
      freezeMs: 0,
      loses: true,
    });
    const { condition, at } = watched(arrivals, 30_000, { lateMs: 900 });
    expect(condition).toBe('silent');
    expect(at).toBeLessThan(16_000);
  });
});

describe('silence', () => {
  test('is suspicious first, then a loss, and any packet ends it', () => {
    const monitor = watching(0);
    expect(sampleAt(monitor, 100, 5)).toBe('well');
    const conditions = (from: number, to: number) => {
      const seen = [];
      for (let at = from; at <= to; at += 100) seen.push(sampleAt(monitor, at, 5));
      return seen;
    };
    expect(conditions(200, 800)).toEqual(Array(7).fill('well'));
    expect(conditions(900, 1900)).toEqual(Array(11).fill('suspicious'));
    expect(monitor.silentMs()).toBe(1800);
    expect(sampleAt(monitor, 1950, 6)).toBe('well');
    expect(monitor.silentMs()).toBe(0);
    let at = 1950;
    do at += 100;
    while (sampleAt(monitor, at, 6) !== 'silent');
    expect(at).toBe(3850);
  });

  test('from the first moment on becomes a loss after the usual time', () => {
    const monitor = watching(0);
    for (let at = 100; at < 1900; at += 100) expect(sampleAt(monitor, at, 0)).not.toBe('silent');
    expect(sampleAt(monitor, 1900, 0)).toBe('silent');
  });

  test('that the browser doubts too is a loss after one second; a doubt that has passed does not count', () => {
    const monitor = watching(0);
    sampleAt(monitor, 100, 5);
    for (let at = 200; at <= 1000; at += 100) expect(sampleAt(monitor, at, 5, true)).not.toBe('silent');
    expect(sampleAt(monitor, 1050, 5, false)).toBe('suspicious');
    expect(sampleAt(monitor, 1100, 5, true)).toBe('silent');
  });

  test('grows by at most 0.4 s a sample, however late the sample comes', () => {
    const monitor = watching(0);
    sampleAt(monitor, 100, 5);
    for (const at of [5100, 10_100, 15_100, 20_100]) expect(sampleAt(monitor, at, 5)).not.toBe('silent');
    expect(monitor.silentMs()).toBe(1600);
    expect(sampleAt(monitor, 25_100, 5)).toBe('silent');
  });

  test('does not grow when the clock jumps back', () => {
    const monitor = watching(0);
    sampleAt(monitor, 100_000, 5);
    for (let at = 90_000; at < 91_800; at += 100) expect(sampleAt(monitor, at, 5)).not.toBe('silent');
  });

  test('does not grow by slow statistics: packets may have come meanwhile', () => {
    const monitor = watching(0);
    monitor.sample(100, 900, { all: 5 }, false);
    monitor.sample(1000, 1000, { all: 5 }, false);
    expect(monitor.silentMs()).toBe(100);
  });

  test('after more than thirty seconds of sleep is a loss after one second, until a packet comes', () => {
    const monitor = watching(0);
    sampleAt(monitor, 100, 5);
    sampleAt(monitor, 40_000, 5);
    for (const at of [40_300, 40_500]) expect(sampleAt(monitor, at, 5)).not.toBe('silent');
    expect(sampleAt(monitor, 40_600, 5)).toBe('silent');
    sampleAt(monitor, 40_700, 6);
    for (let at = 40_800; at < 42_600; at += 100) expect(sampleAt(monitor, at, 6)).not.toBe('silent');
    expect(sampleAt(monitor, 42_600, 6)).toBe('silent');
  });

  test('after exactly thirty seconds of sleep is judged as usual', () => {
    const monitor = watching(0);
    sampleAt(monitor, 100, 5);
    sampleAt(monitor, 30_100, 5);
    for (const at of [30_700, 31_000]) expect(sampleAt(monitor, at, 5)).not.toBe('silent');
  });

  test('continues when counters fall because a route was pruned', () => {
    const monitor = watching(0);
    sampleAt(monitor, 100, 500);
    sampleAt(monitor, 200, 300);
    expect(monitor.silentMs()).toBe(100);
    sampleAt(monitor, 300, 301);
    expect(monitor.silentMs()).toBe(0);
  });
});

describe('without statistics', () => {
  test('silence is a loss only where the browser doubts the connection', () => {
    const monitor = watching(0);
    for (let at = 100; at < 60_000; at += 100) expect(sampleAt(monitor, at, undefined)).toBe('well');
    for (let at = 60_000; at < 60_900; at += 100)
      expect(sampleAt(monitor, at, undefined, true)).not.toBe('silent');
    expect(sampleAt(monitor, 60_900, undefined, true)).toBe('silent');
  });

  test('for a moment the earlier counters still count', () => {
    const monitor = watching(0);
    sampleAt(monitor, 100, 5);
    sampleAt(monitor, 200, undefined);
    sampleAt(monitor, 300, 5);
    expect(monitor.silentMs()).toBe(100);
  });
});

describe('a picture that stands still', () => {
  test('while other packets come is a loss after six seconds, or after the given time', () => {
    for (const [monitor, stallMs] of [
      [watching(0), 6000],
      [watching(0, () => 12_000), 12_000],
    ] as const) {
      monitor.sample(100, 100, { all: 1, video: 1 }, false);
      let at = 100;
      do at += 100;
      while (monitor.sample(at, at, { all: at, video: 1 }, false) === 'well');
      expect(at).toBe(100 + stallMs);
    }
  });

  test('is no loss where the browser counts no video', () => {
    const monitor = watching(0);
    for (let at = 100; at < 20_000; at += 100)
      expect(monitor.sample(at, at, { all: at }, false)).toBe('well');
  });
});

describe('the next sample', () => {
  test('comes after a tenth of a second, or sooner where the silence is about to be long enough', () => {
    const monitor = watching(0);
    sampleAt(monitor, 100, 5);
    expect(monitor.nextSampleMs(false)).toBe(100);
    for (let at = 400; at <= 1900; at += 300) sampleAt(monitor, at, 5);
    expect(monitor.silentMs()).toBe(1800);
    sampleAt(monitor, 1960, 5);
    expect(monitor.nextSampleMs(false)).toBe(40);
    expect(monitor.nextSampleMs(true)).toBe(10);
  });
});

describe('a sign that the picture is back', () => {
  const seen = (...samples: [RtcStats, boolean?][]) => {
    const monitor = watching(0);
    samples.forEach(([stats, doubted = false], index) => {
      monitor.sample(100 * index, 100 * index, stats, doubted);
    });
    return monitor.came();
  };
  const before: RtcStats = { all: 100, video: 50, frames: 7 };

  test.each<[string, RtcStats, object]>([
    ['is a newly decoded frame', { all: 110, video: 55, frames: 8 }, { packet: true, frame: true }],
    [
      'is no video packet, while frames are counted',
      { all: 110, video: 55, frames: 7 },
      { packet: true, frame: false },
    ],
    ['is no answer of ICE’s', { all: 101, video: 50, frames: 7 }, { packet: true, frame: false }],
    ['is nothing where nothing came', before, { packet: false, frame: false }],
    ['is not that statistics fail for a moment', {}, { packet: true, frame: false }],
  ])('%s', (_what, now, came) => {
    expect(seen([before], [now])).toEqual(came);
  });

  test('is a video packet where the browser counts no frames', () => {
    expect(seen([{ all: 100, video: 50 }], [{ all: 110, video: 51 }])).toEqual({ packet: true, frame: true });
    expect(seen([{ all: 100, video: 50 }], [{ all: 110, video: 50 }])).toEqual({
      packet: true,
      frame: false,
    });
  });

  test('is the browser’s connection state where it counts nothing at all', () => {
    expect(seen([{}, true], [{}, true])).toEqual({ packet: false, frame: false });
    expect(seen([{}, true], [{}, false])).toEqual({ packet: true, frame: true });
  });
});
