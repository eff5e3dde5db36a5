import { describe, expect, it } from 'vitest';
import { stormChart } from '../../bench/storm/chart.ts';
import type { Outcome } from '../../bench/storm/crowd.ts';
import { backTimes, figuresOf, jsonFigures } from '../../bench/storm/figures.ts';
import { stormReport } from '../../bench/storm/report.ts';

const outcome = (backAt: number | null, more: Partial<Outcome> = {}): Outcome => ({
  backAt,
  firstAnswerAt: 10,
  httpRequests: 2,
  servedMs: 30,
  answers: { paced: 1, 201: 1 },
  ...more,
});
const call = (operation: string) => ({ operation, principal: 'role', status: 200 });

describe('the figures of a storm', () => {
  it('count the players that are back, and only their waits', () => {
    const outcomes = [outcome(3000), outcome(1000), outcome(null), outcome(2000)];
    expect(figuresOf({ outcomes, calls: [], quota: 2 })).toMatchObject({
      saved: 3,
      lastSeconds: 3,
      floorSeconds: 2,
      waitP50: 2,
      waitP99: 3,
    });
  });

  it('take the 99th percentile by nearest rank', () => {
    const outcomes = Array.from({ length: 200 }, (_, at) => outcome((at + 1) * 1000));
    expect(figuresOf({ outcomes, calls: [], quota: 1 })).toMatchObject({ waitP50: 100, waitP99: 198 });
  });

  it('count status lookups as AWS calls, and only calls that belong to a reconnect', () => {
    const calls = [
      call('CreateStreamSessionConnection'),
      call('CreateStreamSessionConnection'),
      call('GetStreamSession'),
      call('StartStreamSession'),
    ];
    expect(figuresOf({ outcomes: [outcome(1), outcome(2)], calls, quota: 1 })).toMatchObject({
      awsCallsPerPlayer: 1.5,
      connectionCallsPerPlayer: 1,
    });
  });

  it('bill the functions’ time, or without functions the time that one would have waited', () => {
    const outcomes = [outcome(1), outcome(2)];
    expect(
      figuresOf({ outcomes, calls: [], quota: 1, functions: { billedMs: 100, coldStarts: 0 } })
        .billedMsPerPlayer,
    ).toBe(50);
    expect(figuresOf({ outcomes, calls: [], quota: 1 }).billedMsPerPlayer).toBe(30);
  });

  it('are null, not zero, where nobody is back', () => {
    const figures = figuresOf({ outcomes: [outcome(null, { firstAnswerAt: null })], calls: [], quota: 1 });
    expect(figures).toMatchObject({ saved: 0, lastSeconds: null, waitP50: null, waitP99: null });
    expect(figures.firstAnswersSeconds).toBeNull();
  });

  it('have exactly the documented names in --json, in their order', () => {
    const figures = figuresOf({ outcomes: [outcome(1)], calls: [], quota: 1 });
    expect(Object.keys(jsonFigures(figures))).toEqual([
      'saved',
      'lastSeconds',
      'floorSeconds',
      'awsCallsPerPlayer',
      'httpRequestsPerPlayer',
      'waitP50',
      'waitP99',
      'billedMsPerPlayer',
      'refusedCallsPerPlayer',
      'statusRequestsPerPlayer',
      'overloadedRequests',
    ]);
  });

  it('count as overload what only a machine that is too slow answers, and no answer of a storm', () => {
    const storm = outcome(1, {
      answers: { paced: 2, status: 3, session_not_reconnectable: 1, 201: 1, 429: 1 },
    });
    const overload = outcome(1, {
      answers: { 'no answer': 2, 500: 1, 503: 1, upstream_unavailable: 1, 201: 1 },
    });
    const overloaded = (...outcomes: Outcome[]) =>
      figuresOf({ outcomes, calls: [], quota: 1 }).overloadedRequests;
    expect(overloaded(storm)).toBe(0);
    expect(overloaded(storm, overload)).toBe(5);
  });
});

describe('the report of a storm', () => {
  const report = (answers: Outcome['answers']) => {
    const outcomes = [outcome(1, { answers })];
    const result = { outcomes, figures: figuresOf({ outcomes, calls: [], quota: 20 }) };
    const results = { rejoin: result, sdk: result, sdkBackoff: result };
    return stormReport({ players: 1, quota: 20, notice: 5 }, results);
  };

  it('says that the figures are the machine’s where requests got no answer in time, and what to do', () => {
    const text = report({ 'no answer': 2, 500: 1, 201: 1 });
    expect(text).toContain('THIS MACHINE WAS TOO SLOW: 3 requests');
    expect(text).toContain('storm --simulate --players 1 --quota 20 --notice 5');
  });

  it('says nothing of the machine where every request was answered', () => {
    expect(report({ paced: 1, 201: 1 })).not.toContain('TOO SLOW');
  });
});

describe('the chart of a storm', () => {
  const draw = (back: number[], players = back.length) =>
    stormChart({ players, quota: 20, notice: 0, curves: [{ policy: 'rejoin', back, awsCallsPerPlayer: 1 }] });
  const pointsOf = (svg: string) =>
    (/points="([^"]+)"/.exec(svg)?.[1] ?? '').split(' ').map((point) => point.split(',').map(Number));

  it('has a curve that never runs backwards or out of the picture, however many come back at once', () => {
    const back = backTimes(Array.from({ length: 5000 }, (_, at) => outcome(Math.floor(at / 100) * 100)));
    const points = pointsOf(draw(back));
    expect(points.length).toBeLessThan(2000);
    for (const [at, [x = Number.NaN, y = Number.NaN]] of points.entries()) {
      const [lastX = 0, lastY = Number.POSITIVE_INFINITY] = points[at - 1] ?? [];
      expect(x).toBeGreaterThanOrEqual(lastX);
      expect(y).toBeLessThanOrEqual(lastY);
      expect(x).toBeLessThanOrEqual(760);
      expect(y).toBeGreaterThanOrEqual(0);
    }
  });

  it('has a curve that ends with the last player, and the number of players back', () => {
    const svg = draw([1, 2, 3], 4);
    const [, top = 0] = pointsOf(draw([1, 2, 3, 4])).at(-1) ?? [];
    const [, end = 0] = pointsOf(svg).at(-1) ?? [];
    expect(end).toBeGreaterThan(top);
    expect(svg).toContain('>Rejoin: 3 back, 1.0 AWS calls each<');
  });

  it('shows the quota as a line on top of the curves', () => {
    const svg = draw(Array.from({ length: 2000 }, (_, at) => at / 20));
    expect(svg.lastIndexOf('class="floor"')).toBeGreaterThan(svg.lastIndexOf('<polyline'));
    expect(svg).toContain('>20 per second<');
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
    expect(svg).toContain('>players back<');
  });

  it('is drawn even when nobody came back', () => {
    expect(pointsOf(draw([], 10)).flat().every(Number.isFinite)).toBe(true);
  });
});
