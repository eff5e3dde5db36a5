import { describe, expect, it } from 'vitest';
import type { FileOutcome } from '../outcome.ts';
import { readBusyArguments } from './arguments.ts';
import { timedFiles } from './sources.ts';
import { add, inOrder, type Tally, tallyLines } from './tally.ts';

describe('the files that run again and again', () => {
  const derived = (sources: Record<string, string>) =>
    timedFiles(
      Object.keys(sources).filter((name) => name.endsWith('.test.ts')),
      (path) => sources[path] ?? '',
    );

  it.each([
    ['a timer', 'await new Promise((done) => setTimeout(done, 5));'],
    ['a process', "import { spawn } from 'node:child_process';"],
    ['a race', 'await Promise.race([one, other]);'],
    ['a gate of the emulator', "await gate.release('one');"],
    ['a wait until something holds', 'await expect.poll(count).toBe(1);'],
  ])('are those that use %s', (_what, code) => {
    expect(derived({ 'test/a.test.ts': code })).toEqual(['test/a.test.ts']);
  });

  it('include those whose test helpers do, however indirectly', () => {
    const sources = {
      'test/e2e/a.test.ts': "import { deploy } from '../deep/one.ts';",
      'test/deep/one.ts': "import { x } from './two.ts';\nexport const deploy = x;",
      'test/deep/two.ts': "import { y } from './one.ts';\nimport { spawn } from 'node:child_process';",
    };
    expect(derived(sources)).toEqual(['test/e2e/a.test.ts']);
  });

  it('do not include those that only compute, mention time in comments, or test parts that have timers', () => {
    const sources = {
      'test/sum.test.ts': '// setTimeout( would be wrong here\nexpect(1 + 1).toBe(2);',
      'test/part.test.ts': "import { retry } from '../lambdas/gameliftstreams/retry.ts';",
      'lambdas/gameliftstreams/retry.ts': 'setTimeout(x, 1);',
    };
    expect(derived(sources)).toEqual([]);
  });
});

const file = (name: string, failed: string[] = [], errors: string[] = []): FileOutcome => ({
  project: 'unit',
  file: name,
  seconds: 1,
  tests: failed.map((title) => ({ title, state: 'failed' })),
  errors,
});
const tallyOf = (...runs: FileOutcome[][]): Tally => {
  const tally: Tally = new Map();
  for (const files of runs) add(tally, { files, unfinished: [], errors: [] });
  return tally;
};

describe('the order of the next round', () => {
  it('begins with files that ever failed, even if they passed since, then those that ran least often', () => {
    const tally = tallyOf([file('a'), file('b'), file('c', ['x'])], [file('a'), file('c')]);
    expect(inOrder(['a', 'b', 'c', 'new'], tally)).toEqual(['c', 'new', 'b', 'a']);
  });
});

describe('the table', () => {
  it('says how often each test failed, of how many runs of its file, the most frequent first', () => {
    const tally = tallyOf([file('a', ['rare']), file('b', ['often'])], [file('a'), file('b', ['often'])]);
    expect(tallyLines(tally).filter((line) => line.includes(' > '))).toEqual([
      '   2 of 2  b > often',
      '   1 of 2  a > rare',
    ]);
  });

  it('counts a file that does not load, one that does not end, and an error outside of any file', () => {
    const tally = tallyOf([file('a', [], ['no port'])]);
    add(tally, { files: [], unfinished: ['b (e2e)'], errors: ['the process died'] });
    const text = tallyLines(tally).join('\n');
    expect(text).toContain('1 of 1  a > (outside of a test)');
    expect(text).toContain('1 of 1  b > (outside of a test)');
    expect(text).toContain('1  the process died');
  });

  it('says how often the other files ran', () => {
    const lines = tallyLines(tallyOf([file('a'), file('b'), file('c')], [file('a')]));
    expect(lines).toContain('Nothing failed.');
    expect(lines).toContain('        2  1 file');
    expect(lines).toContain('        1  2 files');
  });
});

describe('the arguments of npm run test:busy', () => {
  it('are minutes and loops', () => {
    expect(readBusyArguments(['--minutes', '3', '--loops', '0'])).toEqual({
      help: false,
      minutes: 3,
      loops: 0,
    });
  });

  it.each([
    [['--minutes', 'many'], '--minutes takes a whole number from 1 to 1440, not "many".'],
    [['--loops=-1'], '--loops takes a whole number from 0 to 256, not "-1".'],
    [['--hours'], "Unknown option '--hours'. See: npm run test:busy -- --help"],
  ])('%j is refused in a sentence that says what to type', (args, sentence) => {
    expect(() => readBusyArguments(args)).toThrow(sentence);
  });
});
