import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { recoveryArguments } from '../../bench/recovery/arguments.ts';
import { recoveryBars } from '../../bench/recovery/bars.ts';
import type { Recoveries, Recovery } from '../../bench/recovery/conditions.ts';
import { figuresOf, jsonFigures } from '../../bench/recovery/figures.ts';
import { recoveryTable } from '../../bench/recovery/table.ts';

const recovery = (frameMs: number): Recovery => ({ detectMs: frameMs - 20, answerMs: frameMs - 10, frameMs });
const many = (...framesMs: number[]) => framesMs.map(recovery);
const recoveries: Recoveries = [
  { condition: { how: 'blackhole', notice: 0 }, of: { rejoin: many(2300), byHand: many(7500) } },
  { condition: { how: 'blackhole', notice: 15 }, of: { rejoin: many(16_000), byHand: many(17_000) } },
  { condition: { how: 'close', notice: 0 }, of: { rejoin: many(400), byHand: many(5500) } },
];

describe('a recovery', () => {
  it('is measured as documented when nothing is said', () => {
    expect(recoveryArguments([])).toEqual({
      cuts: 20,
      conditions: [
        { how: 'blackhole', notice: 0 },
        { how: 'blackhole', notice: 5 },
        { how: 'blackhole', notice: 15 },
        { how: 'close', notice: 0 },
      ],
      json: false,
      svg: 'docs/recovery.svg',
    });
  });

  it('has the figures that its budget is about, whatever else is asked for, and has them first', () => {
    const { conditions } = recoveryArguments(['--notice', '15,5']);
    expect(conditions.map(({ notice }) => notice)).toEqual([0, 5, 15, 0]);
  });

  it('leaves the picture in the documentation alone when a machine asks', () => {
    expect(recoveryArguments(['--json'])).not.toHaveProperty('svg');
    expect(recoveryArguments(['--json', '--svg', 'mine.svg'])).toHaveProperty('svg', 'mine.svg');
  });

  it.each([
    ['--cuts', '0', /^--cuts takes a whole number from 1 to 1000, not "0"\.$/],
    ['--cuts', 'many', /^--cuts takes a whole number from 1 to 1000, not "many"\.$/],
    ['--notice', '5,61', /^--notice takes whole numbers from 0 to 60, not "61"\.$/],
    ['--notice', '5,', /^--notice takes whole numbers from 0 to 60, not ""\.$/],
    ['--svg', 'recovery.png', /^--svg takes the path of a file that ends in \.svg/],
    ['--cut', '3', /^Unknown option '--cut'/],
  ])('of %s %s is refused with what to write', (option, value, sentence) => {
    expect(() => recoveryArguments([option, value])).toThrow(sentence);
  });

  it('is in the list of benches, with its options', () => {
    const bench = (...args: string[]) =>
      spawnSync(process.execPath, ['bench/main.ts', ...args], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        encoding: 'utf8',
      }).stdout;
    expect(bench('--help')).toMatch(/^ {2}recovery {2,}\S/m);
    for (const option of ['--cuts', '--notice', '--json', '--svg'])
      expect(bench('recovery', '--help')).toContain(option);
  });
});

describe('the figures of recoveries', () => {
  it('are medians, and the one that a twentieth is slower than', () => {
    const figures = figuresOf(Array.from({ length: 20 }, (_, at) => recovery((at + 1) * 1000)));
    expect(figures).toMatchObject({ frameMs: 10_000, frameP95Ms: 19_000, detectMs: 9980, answerMs: 9990 });
  });

  it('do not depend on the order in which players came back', () => {
    expect(figuresOf(many(3000, 1000, 2000))).toEqual(figuresOf(many(1000, 2000, 3000)));
  });

  it('reach a machine under the names it was promised: those of the budget at the top, the others beside them', () => {
    const json = jsonFigures(20, recoveries);
    expect(Object.keys(json)).toEqual(['cuts', 'rejoin', 'byHand', 'notice15', 'close']);
    expect(json.rejoin).toEqual({ detectMs: 2280, answerMs: 2290, frameMs: 2300, frameP95Ms: 2300 });
    expect(json.byHand).toMatchObject({ frameMs: 7500 });
    expect(json.close).toMatchObject({ rejoin: { frameMs: 400 }, byHand: { frameMs: 5500 } });
  });

  it('reach people in a table that says what was cut, and how', () => {
    const table = recoveryTable(20, recoveries);
    expect(table).toMatch(/^packets vanish, AWS notices after 15 s\n {2}Rejoin .*16\.00/m);
    expect(table).toMatch(/^clean close\n {2}Rejoin .*0\.40.*\n {2}by hand .*5\.50/m);
  });
});

describe('the picture of recoveries', () => {
  const numbers = (svg: string, attribute: string) =>
    [...svg.matchAll(new RegExp(` ${attribute}="([^"]+)"`, 'g'))].map(([, value]) => Number(value));

  it('draws each bar from left to right and inside of its frame, however late the slowest is', () => {
    const slow: Recoveries = [
      { condition: { how: 'close', notice: 0 }, of: { rejoin: many(400), byHand: many(300, 300, 90_000) } },
    ];
    for (const svg of [recoveryBars(20, recoveries), recoveryBars(3, slow)]) {
      for (const width of numbers(svg, 'width')) expect(width).toBeGreaterThanOrEqual(0);
      for (const x of [...numbers(svg, 'x'), ...numbers(svg, 'x2')]) {
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(730);
      }
    }
  });

  it('says for each bar how long it is', () => {
    const svg = recoveryBars(20, recoveries);
    for (const label of ['2.3 s', '7.5 s', '16.0 s', '17.0 s', '0.4 s', '5.5 s'])
      expect(svg).toContain(`>median ${label}<`);
  });
});
