import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';
import type { FileOutcome, RunOutcome } from './outcome.ts';
import { formatDuration, summary } from './summary.ts';

const file = (name: string, change: Partial<FileOutcome> = {}): FileOutcome => ({
  project: 'unit',
  file: name,
  seconds: 1,
  tests: [{ title: 'works', state: 'passed' }],
  errors: [],
  ...change,
});
const outcome = (change: Partial<RunOutcome>): RunOutcome => ({
  checks: [],
  files: [],
  unfinished: [],
  errors: [],
  ...change,
});
const check = (passed: boolean) => ({ name: 'types', passed, seconds: 1, output: '' });
const lastOf = (change: Partial<RunOutcome>) => summary(outcome(change), 1).at(-1);

describe('the last line of a run', () => {
  it('counts tests and checks', () => {
    expect(lastOf({ files: [file('a'), file('b')], checks: [check(true)] })).toBe(
      '3 passed, 0 failed, 0 skipped',
    );
  });

  it.each<[string, Partial<RunOutcome>]>([
    ['a test', { files: [file('a', { tests: [{ title: 'x', state: 'failed' }] })] }],
    ['a file that does not load', { files: [file('a', { tests: [], errors: ['Unexpected token'] })] }],
    ['a file that never ended', { unfinished: ['a'] }],
    ['an error outside of any file', { errors: ['the process died'] }],
    ['a check', { checks: [check(false)] }],
  ])('counts %s as failed', (_what, change) => {
    expect(lastOf(change)).toBe('0 passed, 1 failed, 0 skipped');
  });
});

describe('the lines before it', () => {
  it('name each failed test with its file and what it said, and each failed check', () => {
    const tests = [{ title: 'a player > gets back', state: 'failed', why: 'expected 1 to be 2' }] as const;
    const lines = summary(outcome({ files: [file('test/a.test.ts', { tests })], checks: [check(false)] }), 1);
    expect(lines).toContain('  test/a.test.ts > a player > gets back: expected 1 to be 2');
    expect(lines).toContain('  check > types: see its output above');
  });

  it('say why tests were skipped, once for those of a file that have one reason', () => {
    const skipped = (title: string, why?: string) =>
      ({ title, state: 'skipped', ...(why === undefined ? {} : { why }) }) as const;
    const why = 'there is no Chromium';
    const tests = [skipped('one', why), skipped('two', why), skipped('three')];
    const lines = summary(outcome({ files: [file('a', { tests })] }), 1);
    expect(lines).toContain('  a > 2 tests: there is no Chromium');
    expect(lines).toContain('  a > three: its source says so, and gives no reason in `meta.needs`');
  });

  it('say that tests behind a failed hook did not run', () => {
    const tests = [{ title: 'one', state: 'skipped' }] as const;
    expect(summary(outcome({ files: [file('a', { tests, errors: ['no port'] })] }), 1)).toContain(
      '  a > one: something before it failed',
    );
  });

  it('name the ten slowest files, the slowest first', () => {
    const files = Array.from({ length: 12 }, (_, at) => file(`file-${at}`, { seconds: at }));
    const lines = summary(outcome({ files }), 1);
    const named = lines.flatMap((line) => /file-\d+/.exec(line) ?? []);
    expect(named).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((at) => `file-${at}`));
  });

  it('say how long the run took, even where it was interrupted', () => {
    expect(summary(outcome({}), 365.2).at(-2)).toBe('Took 6 min 05 s.');
    expect(summary(outcome({}), 5, true).at(-2)).toBe('Interrupted after 5.0 s.');
    expect(formatDuration(119.8)).toBe('2 min 00 s');
  });
});

describe('the arguments of npm test', () => {
  it('are parts of paths, and --all', () => {
    expect(readArguments(['test/lambdas', '--all'])).toEqual({
      help: false,
      all: true,
      paths: ['test/lambdas'],
    });
  });

  it('that are unknown are refused in a sentence that names --help', () => {
    expect(() => readArguments(['--everything'])).toThrow(
      /^Unknown option '--everything'\. See: npm test -- --help$/,
    );
  });
});
