import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { barChart } from '../../bench/broker/bar-chart.ts';
import { median } from '../../bench/broker/median.ts';
import { coldStartArguments } from '../../bench/coldstart/arguments.ts';
import { figuresOf, ratioTo } from '../../bench/coldstart/figures.ts';
import { handlerFiles } from '../../bench/coldstart/handlers.ts';

const SAMPLES = {
  ms: { empty: [1, 2, 9], rejoin: [22, 90, 21], plainBundle: [52, 51, 53], unbundled: [42, 41, 43] },
  firstCallMs: { rejoin: [100, 120, 110], plainBundle: [200, 300, 250], unbundled: [90, 80, 85] },
  bundleKB: 281.04,
  plainBundleKB: 600,
};

describe('the figures of cold starts', () => {
  it('are medians, so that one slow process does not change them', () => {
    expect(figuresOf(SAMPLES)).toEqual({
      emptyMs: 2,
      rejoinMs: 22,
      plainBundleMs: 52,
      unbundledMs: 42,
      rejoinFirstCallMs: 110,
      plainBundleFirstCallMs: 250,
      unbundledFirstCallMs: 85,
      bundleKB: 281,
    });
  });

  it('are compared without the import of an empty handler', () => {
    expect(ratioTo(figuresOf(SAMPLES), 'unbundledMs')).toBe(0.5);
    expect(ratioTo(figuresOf(SAMPLES), 'plainBundleMs')).toBe(0.4);
  });

  it('of an even number of processes are the mean of the two in the middle', () => {
    expect(median([4, 1, 2, 100])).toBe(3);
  });
});

describe('cold starts are measured', () => {
  it('forty times and drawn by default', () => {
    expect(coldStartArguments([])).toEqual({ runs: 40, json: false, svg: 'docs/coldstart.svg' });
  });

  it('without overwriting the documented chart with --json', () => {
    expect(coldStartArguments(['--json'])).toEqual({ runs: 40, json: true });
  });

  it.each([
    [['--runs', '0'], '--runs takes a whole number from 1 to 1000, not "0".'],
    [['--run', '3'], "Unknown option '--run'"],
    [['--svg', 'a.png'], '--svg takes the path of a file that ends in .svg, not "a.png".'],
  ])('not with %j, and it is said what to write', (args, sentence) => {
    expect(() => coldStartArguments(args)).toThrow(sentence);
  });
});

describe('the baselines', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-test-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('contain what Rejoin’s bundle leaves out', () => {
    const files = handlerFiles(directory, directory);
    // The default credential chain reads files and the instance's metadata.
    expect(readFileSync(files.plainBundle, 'utf8')).toContain('169.254.169.254');
    expect(readFileSync(files.unbundled, 'utf8')).toContain('new GameLiftStreams(');
    expect(files.rejoin).toBe(join(directory, 'index.mjs'));
  });
});

describe('a bar chart', () => {
  it('draws each part as long as its value, one after another', () => {
    const part = (name: string, value: number) => ({ name, value });
    const picture = barChart(
      'Title',
      [
        { label: 'one', parts: [part('a', 30), part('b', 10)], text: '40' },
        { label: 'two', parts: [part('a', 20)], text: '20' },
      ],
      'note',
    );
    const widths = [
      ...picture.matchAll(/class="part(\d)" x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="22"/g),
    ];
    expect(widths.map(([, name, width]) => [name, Number(width)])).toEqual([
      ['0', 279],
      ['1', 93],
      ['0', 186],
    ]);
  });
});
