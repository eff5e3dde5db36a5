import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { recoveryArguments } from '../../bench/recovery/arguments.ts';
import { budgetsOf } from '../../bench/recovery/budgets.ts';
import { recoveryChart } from '../../bench/recovery/chart.ts';
import type { ConditionRecoveries, Recoveries, Recovery } from '../../bench/recovery/conditions.ts';
import { figuresOf, jsonFigures } from '../../bench/recovery/figures.ts';
import { reportHead, reportPart } from '../../bench/recovery/report.ts';

const recovery = (frameMs: number): Recovery => ({ detectMs: frameMs - 20, answerMs: frameMs - 10, frameMs });
const many = (...framesMs: number[]) => framesMs.map(recovery);
const healed = (...framesMs: number[]): Recovery[] =>
  framesMs.map((frameMs) => ({ detectMs: 1900, frameMs }));
const never: Recovery = { frameMs: null };

const blackout = (rejoin: Recovery[], nothing: Recovery[]): ConditionRecoveries => ({
  condition: { how: 'blackout', notice: 15, seconds: 4 },
  of: { rejoin, nothing, byHand: many(12_000) },
});
const recoveries: Recoveries = [
  { condition: { how: 'blackhole', notice: 0 }, of: { rejoin: many(2300), byHand: many(7500) } },
  { condition: { how: 'blackhole', notice: 15 }, of: { rejoin: many(16_000), byHand: many(17_000) } },
  { condition: { how: 'close', notice: 0 }, of: { rejoin: many(400), byHand: many(5500) } },
  blackout(healed(4040, 4060), [{ frameMs: 4050 }, never]),
  {
    condition: { how: 'downlink', notice: 15 },
    of: { rejoin: many(13_000), nothing: [never], byHand: many(6000) },
  },
];

describe('the arguments of the recovery bench', () => {
  it('are the documented ones by default', () => {
    expect(recoveryArguments([])).toEqual({
      cuts: 10,
      conditions: [
        { how: 'blackhole', notice: 0 },
        { how: 'blackhole', notice: 5 },
        { how: 'blackhole', notice: 15 },
        { how: 'close', notice: 0 },
        { how: 'blackout', notice: 15, seconds: 1 },
        { how: 'blackout', notice: 15, seconds: 2.5 },
        { how: 'blackout', notice: 15, seconds: 4 },
        { how: 'blackout', notice: 15, seconds: 8 },
        { how: 'downlink', notice: 15 },
      ],
      json: false,
      svg: 'docs/recovery.svg',
    });
  });

  it('always include a notice of 0 s, which the first budget needs, and have it first', () => {
    const { conditions } = recoveryArguments(['--notice', '15,5', '--only', 'blackhole']);
    expect(conditions.map(({ notice }) => notice)).toEqual([0, 5, 15]);
  });

  it('select some kinds of loss, and then do not overwrite the documented chart', () => {
    const asked = recoveryArguments(['--only', 'downlink,blackout', '--blackout', '8,2.5']);
    expect(asked.conditions).toEqual([
      { how: 'blackout', notice: 15, seconds: 2.5 },
      { how: 'blackout', notice: 15, seconds: 8 },
      { how: 'downlink', notice: 15 },
    ]);
    expect(asked).not.toHaveProperty('svg');
  });

  it('do not overwrite the documented chart with --json', () => {
    expect(recoveryArguments(['--json'])).not.toHaveProperty('svg');
    expect(recoveryArguments(['--json', '--svg', 'mine.svg'])).toHaveProperty('svg', 'mine.svg');
  });

  it.each([
    ['--cuts', '0', /^--cuts takes a whole number from 1 to 1000, not "0"\.$/],
    ['--cuts', 'many', /^--cuts takes a whole number from 1 to 1000, not "many"\.$/],
    ['--notice', '5,61', /^--notice takes whole numbers from 0 to 60, not "61"\.$/],
    ['--notice', '5,', /^--notice takes whole numbers from 0 to 60, not ""\.$/],
    ['--blackout', '4,0.1', /^--blackout takes numbers from 0\.5 to 30, not "0\.1"\.$/],
    ['--blackout', '', /^--blackout takes numbers from 0\.5 to 30, not ""\.$/],
    ['--only', 'lost', /^--only takes some of blackhole, close, blackout, downlink, not "lost"\.$/],
    ['--svg', 'recovery.png', /^--svg takes the path of a file that ends in \.svg/],
    ['--cut', '3', /^Unknown option '--cut'/],
  ])('that are wrong, %s %s, are refused with what to write', (option, value, sentence) => {
    expect(() => recoveryArguments([option, value])).toThrow(sentence);
  });

  it('stand in the help of the bench, and the bench in the list', () => {
    const bench = (...args: string[]) =>
      spawnSync(process.execPath, ['bench/main.ts', ...args], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        encoding: 'utf8',
      }).stdout;
    expect(bench('--help')).toMatch(/^ {2}recovery {2,}\S/m);
    for (const option of ['--cuts', '--notice', '--blackout', '--only', '--json', '--svg', 'REJOIN_WEB_SDK'])
      expect(bench('recovery', '--help')).toContain(option);
  });
});

describe('the figures of recoveries', () => {
  it('are medians and 95th percentiles', () => {
    const figures = figuresOf(Array.from({ length: 20 }, (_, at) => recovery((at + 1) * 1000)));
    expect(figures).toMatchObject({
      frameMs: 10_000,
      frameP95Ms: 19_000,
      slowestMs: 20_000,
      detectMs: 9980,
      answerMs: 9990,
    });
  });

  it('do not depend on the order in which players came back', () => {
    expect(figuresOf(many(3000, 1000, 2000))).toEqual(figuresOf(many(1000, 2000, 3000)));
  });

  it('count a page that never came back as slower than any other, not as missing', () => {
    const figures = figuresOf([never, ...many(1000, 2000)]);
    expect(figures).toMatchObject({ frameMs: 2000, frameP95Ms: null, slowestMs: null, never: 1 });
    expect(figuresOf([never, never, ...many(1000)])).toMatchObject({ frameMs: null, never: 2 });
  });

  it('count a stream as healed that came back without a new connection, or before its answer', () => {
    const answeredLate = { detectMs: 1900, frameMs: 2600, answerMs: 3100 };
    expect(figuresOf([...healed(2600), answeredLate, ...many(2600), never])).toMatchObject({ healed: 2 });
  });

  it('have the documented names in --json', () => {
    const json = jsonFigures(20, recoveries);
    expect(Object.keys(json)).toEqual([
      'cuts',
      'rejoin',
      'byHand',
      'notice15',
      'close',
      'downlink',
      'blackouts',
    ]);
    expect(json.rejoin).toEqual({ detectMs: 2280, answerMs: 2290, frameMs: 2300, frameP95Ms: 2300 });
    expect(json.byHand).toMatchObject({ frameMs: 7500 });
    expect(json.close).toMatchObject({ rejoin: { frameMs: 400 }, byHand: { frameMs: 5500 } });
    expect(json.blackouts).toEqual([
      {
        seconds: 4,
        noticeSeconds: 15,
        rejoin: { frameMs: 4040, frameP95Ms: 4060, never: 0 },
        nothing: { frameMs: 4050, frameP95Ms: null, never: 1 },
        byHand: { frameMs: 12_000, frameP95Ms: 12_000, never: 0 },
      },
    ]);
    expect(json.downlink).toEqual({
      rejoin: { frameMs: 13_000, frameP95Ms: 13_000, never: 0 },
      nothing: { frameMs: null, frameP95Ms: null, never: 1 },
      byHand: { frameMs: 6000, frameP95Ms: 6000, never: 0 },
    });
  });

  it('are printed with what was lost, how, and how many never came back', () => {
    const table = [reportHead(20), ...recoveries.map(reportPart)].join('\n');
    expect(table).toMatch(/^packets vanish for good; AWS notices after 15 s\n {2}Rejoin .*16\.00/m);
    expect(table).toMatch(/^clean close\n {2}Rejoin .*0\.40.*\n {2}by hand .*5\.50/m);
    expect(table).toMatch(
      /^blackout of 4 s.*\n {2}Rejoin .*4\.04 \(4\.06\) +2 healed\n {2}nothing .*1 never back$/m,
    );
  });
});

describe('the budgets of a blackout', () => {
  const held = (rejoin: Recovery[], nothing: Recovery[]) =>
    budgetsOf(blackout(rejoin, nothing)).map((budget) => budget.held);

  it('hold for a stream that heals as soon as the network is back', () => {
    expect(held(healed(4040, 4290), healed(4030, 4050))).toEqual([true, true, true]);
  });

  it('are broken by a median of more than the blackout and 0.3 s', () => {
    expect(held(healed(4310, 4320), healed(4030, 4050))).toEqual([false, true, true]);
  });

  it('are broken by a single stream that is back more than 1 s after the slowest of doing nothing', () => {
    expect(held(healed(4040, 4040, 5060), healed(4030, 4030, 4050))).toEqual([true, false, true]);
  });

  it('allow any recovery where doing nothing fails, but no stream that never comes back', () => {
    expect(held(many(4040, 4050, 16_000), [...healed(4030), never])).toEqual([true, true, true]);
    expect(held([...many(4040, 4050), never], [never])).toEqual([true, false, false]);
  });

  it('are printed as broken where they are', () => {
    const table = reportPart(blackout(healed(9000), healed(4030)));
    expect(table).toContain('budget BROKEN: median at most 4.30 s: 9.00 s');
    expect(table).toContain('budget held: always back');
  });
});

describe('the chart of recoveries', () => {
  const numbers = (svg: string, attribute: string) =>
    [...svg.matchAll(new RegExp(` ${attribute}="([^"]+)"`, 'g'))].map(([, value]) => Number(value));

  it('draws each bar from left to right and inside the plot, however late the slowest is', () => {
    const slow: Recoveries = [
      { condition: { how: 'close', notice: 0 }, of: { rejoin: many(400), byHand: many(300, 300, 90_000) } },
    ];
    const none: Recoveries = [blackout([never], [never])];
    for (const svg of [recoveryChart(20, recoveries), recoveryChart(3, slow), recoveryChart(1, none)]) {
      expect(svg).not.toMatch(/NaN|Infinity|null/);
      for (const width of numbers(svg, 'width')) expect(width).toBeGreaterThanOrEqual(0);
      for (const x of [...numbers(svg, 'x'), ...numbers(svg, 'x2')]) {
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(730);
      }
    }
  });

  it('gives the length of each bar, or says that there is none', () => {
    const svg = recoveryChart(20, recoveries);
    for (const label of ['2.3 s', '7.5 s', '16.0 s', '17.0 s', '0.4 s', '5.5 s', '4.0 s', '13.0 s', '12.0 s'])
      expect(svg).toContain(`>median ${label}<`);
    expect(svg).toContain('>median 4.0 s, 1 never back<');
    expect(svg).toContain('>median never, 1 never back<');
  });
});
