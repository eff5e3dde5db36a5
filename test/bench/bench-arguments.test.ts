import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { stormArguments } from '../../bench/storm/arguments.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stdout, lines: stderr.trim().split('\n') };
}

describe('a user who does not know the benches', () => {
  it('finds all of them, with a line each', () => {
    const { status, stdout } = bench('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}storm {2,}\S/m);
  });

  it('finds the options of one', () => {
    const { status, stdout } = bench('storm', '--help');
    expect(status).toBe(0);
    for (const option of ['--players', '--quota', '--notice', '--json', '--simulate', '--svg']) {
      expect(stdout).toContain(option);
    }
  });

  it.each([
    [['strom'], 'There is no bench "strom"'],
    [['storm', '--player', '3'], "Unknown option '--player'"],
    [['storm', '--players', '0'], '--players takes a whole number from 1 to 15000, not "0".'],
    [['storm', '200'], "Unexpected argument '200'"],
  ])('is told in one line what is wrong with %j', (args, sentence) => {
    const { status, lines, stdout } = bench(...args);
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(sentence);
    expect(stdout).toBe('');
  });
});

describe('a storm', () => {
  it('has the documented size by default', () => {
    expect(stormArguments([])).toEqual({
      players: 2000,
      quota: 20,
      notices: [0],
      json: false,
      simulate: false,
      neverReturnPercent: 0,
      withoutOverflow: false,
      svg: 'docs/storm.svg',
    });
  });

  it('is measured once for each time that AWS takes to notice', () => {
    expect(stormArguments(['--notice', '0,5,15']).notices).toEqual([0, 5, 15]);
  });

  it('does not overwrite the documented chart with --json', () => {
    expect(stormArguments(['--json'])).not.toHaveProperty('svg');
    expect(stormArguments(['--json', '--svg', 'mine.svg'])).toHaveProperty('svg', 'mine.svg');
  });

  it('is simulated in all scenarios, or alone when its size is given, up to a million players', () => {
    expect(stormArguments(['--simulate']).simulate).toBe('sweep');
    const one = stormArguments(['--simulate', '--players', '1000000', '--quota', '10000']);
    expect(one).toMatchObject({ simulate: 'one', players: 1_000_000, quota: 10_000, notices: [0] });
    expect(one).not.toHaveProperty('svg');
  });

  it.each([
    ['--quota', '0', /^--quota takes a whole number from 1 to 1000, not "0"\.$/],
    ['--quota', '2.5', /^--quota takes/],
    ['--notice', '-1', /--notice/],
    ['--simulate', '--notice=0,5', /^--simulate takes one --notice\.$/],
    ['--notice', '5,', /^--notice takes a whole number from 0 to 60, not ""\.$/],
    ['--notice', '61', /^--notice takes a whole number from 0 to 60, not "61"\.$/],
    ['--item-writes', '0', /^--item-writes takes a whole number from 1 to 1000, not "0"\.$/],
    ['--simulate', '--item-writes=5', /leave --item-writes out\.$/],
    ['--simulate', '--never-return=101', /^--never-return takes a whole number from 0 to 100/],
    ['--without-overflow', '--players=5000', /^--never-return and --without-overflow need --simulate\.$/],
    ['--simulate', '--svg=a.svg', /^--simulate draws no chart: leave --svg out\.$/],
    ['--simulate', '--players=1000001', /^--players takes a whole number from 1 to 1000000/],
    ['--svg', 'storm.png', /^--svg takes the path of a file that ends in \.svg/],
  ])('of %s %s is refused with what to write', (option, value, sentence) => {
    expect(() => stormArguments([option, value])).toThrow(sentence);
  });
});
