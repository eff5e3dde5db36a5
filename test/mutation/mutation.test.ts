import { describe, expect, test } from 'vitest';
import { sources } from '../house/imports.ts';
import { runScript } from '../scripts.ts';
import { HELP, readArguments } from './arguments.ts';
import { type Group, groups, loadable, selected, testsOf } from './groups.ts';
import type { Outcome } from './plugin.ts';
import { type GroupResult, isBelow, report } from './report.ts';
import { ALONE, isMutationTest, OF_HANDLERS, patienceWith, testsToMeet } from './tests.ts';

describe('the arguments of npm run mutation', () => {
  test('without any, everything is tested for at most 45 minutes, and earlier results are kept', () => {
    expect(readArguments([])).toEqual({ help: false, minutes: 45, force: false, paths: [] });
  });

  test('folders and files narrow a run', () => {
    expect(readArguments(['lambdas/limits', '--minutes', '2.5', '--force'])).toEqual({
      help: false,
      minutes: 2.5,
      force: true,
      paths: ['lambdas/limits'],
    });
  });

  test.each([['--minutes', '0'], ['--minutes', 'ten'], ['--minutes'], ['--seconds', '5']])(
    '%s %s is refused with where to read on',
    (...args) => {
      expect(() => readArguments(args)).toThrow(/See: npm run mutation -- --help$/);
    },
  );

  test('the help names every option, and the command prints it', async () => {
    for (const option of ['PATH', '--minutes', '--force', '--help']) expect(HELP).toContain(option);
    expect(await runScript('npm run mutation -- --help')).toMatchObject({ code: 0, stdout: `${HELP}\n` });
  });

  test('a folder in which nothing is mutated is refused before any test runs', async () => {
    const { code, stdout, stderr } = await runScript('npm run mutation -- lambdas/limit');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Nothing is mutated in "lambdas/limit"');
  });
});

describe('the groups', () => {
  const all = groups();

  test('contain each file of lambdas/ and client/src/ once', () => {
    const files = all.flatMap(({ files }) => files).toSorted();
    expect(files).toEqual(
      sources('client/src', 'lambdas')
        .map(({ path }) => path)
        .toSorted(),
    );
  });

  test('require the most of the client and of the rules', () => {
    expect(all.map(({ name, required }) => [name, required])).toEqual([
      ['rules', 85],
      ['ports and routes', 75],
      ['client', 90],
    ]);
  });

  test('separate what is pure from what touches AWS, time or chance, and from the routes', () => {
    const [rules, ports] = all;
    expect(rules?.files).toContain('lambdas/sessions/lease.ts');
    expect(ports?.files).toEqual(
      expect.arrayContaining(['lambdas/dynamodb/table.ts', 'lambdas/routes/start/start.ts']),
    );
  });

  test('are narrowed to a folder, whether or not it ends in a slash, and never to one with a similar name', () => {
    const [only, ...others] = selected(all, ['./lambdas/start-rules/']);
    expect(others).toEqual([]);
    expect(only?.files).toEqual(sources('lambdas/start-rules').map(({ path }) => path));
    expect(() => selected(all, ['lambdas/start'])).toThrow('Nothing is mutated in "lambdas/start"');
  });
});

describe('the tests that judge a mutant', () => {
  test('are those that load the file, directly or through others; an import of types alone loads nothing', () => {
    const files = [
      { path: 'lambdas/a.ts', code: '' },
      { path: 'lambdas/b.ts', code: "import { a } from './a.ts';" },
      { path: 'test/lambdas/a.test.ts', code: "import { a } from '../../lambdas/a.ts';" },
      { path: 'test/lambdas/b.test.ts', code: "import { b } from '../../lambdas/b.ts';" },
      { path: 'test/lambdas/types.test.ts', code: "import type { A } from '../../lambdas/a.ts';" },
    ];
    const tests = files.map(({ path }) => path).filter(isMutationTest);
    expect(testsOf(['lambdas/a.ts'], tests, files)).toEqual([
      'test/lambdas/a.test.ts',
      'test/lambdas/b.test.ts',
    ]);
    expect(testsOf(['lambdas/b.ts'], tests, files)).toEqual(['test/lambdas/b.test.ts']);
  });

  test('exist for a real file, and no other test files run for it', () => {
    const known = loadable();
    const tests = known.map(({ path }) => path).filter(isMutationTest);
    const related = testsOf(['lambdas/sessions/lease.ts'], tests, known);
    expect(related).toContain('test/lambdas/sessions/lease.test.ts');
    expect(related).not.toContain('test/lambdas/operators/reason.test.ts');
  });

  test('are those of all handlers for a handler, which they load by the name of its route', () => {
    const known = loadable();
    const tests = known.map(({ path }) => path).filter(isMutationTest);
    expect(testsOf(['lambdas/routes/start/handler.ts'], tests, known).toSorted()).toEqual(OF_HANDLERS);
  });

  test('that need a process of their own exist', () => {
    const tests = sources('test/lambdas', 'test/client').map(({ path }) => path);
    expect(ALONE.filter((path) => !tests.includes(path) || !isMutationTest(path))).toEqual([]);
  });
});

describe('the tests that a mutant meets', () => {
  const mutated = '/copy/lambdas/limits/rate-limit.ts';
  const others = Array.from({ length: 6 }, (_, at) => `test/lambdas/others/${at}.test.ts#a`);
  const own = ['test/lambdas/limits/slow.test.ts#b', 'test/lambdas/limits/quick.test.ts#c'] as const;
  const times = { ...Object.fromEntries(others.map((id, at) => [id, 9 - at])), [own[0]]: 900, [own[1]]: 800 };

  test('are those of its own folder first, and the quickest file first: a mutant that is noticed costs little', () => {
    const quickest = others.toReversed().slice(0, 2);
    expect(testsToMeet([own[0], ...quickest.toReversed(), own[1]], mutated, times)).toEqual(
      [own[1], own[0], ...quickest].map((id) => [id]),
    );
  });

  test('begin with the file that has the name of the mutated one, however slow it is', () => {
    const named = 'test/lambdas/limits/rate-limit.test.ts#a';
    const met = testsToMeet([...own, ...others, named], mutated, { ...times, [named]: 60_000 });
    expect(met[0]).toEqual([named]);
  });

  test('stay together by file, whose time is that of all its tests', () => {
    const [first, second, other] = [
      'test/a.test.ts#one',
      'test/a.test.ts#two',
      'test/b.test.ts#one',
    ] as const;
    const took = { [first]: 2, [second]: 2, [other]: 3 };
    expect(testsToMeet([first, other, second], mutated, took)).toEqual([[other], [first, second]]);
  });

  test('are those of five files at most: a survivor costs seconds, not minutes', () => {
    expect(testsToMeet([...own, ...others], mutated, times)).toHaveLength(5);
  });

  test('are those of the handlers too, after five others, for routes and what connects the parts', () => {
    const ofHandlers = OF_HANDLERS.map((path) => `${path}#a`);
    const all = [...ofHandlers, own[0], ...others];
    expect(testsToMeet([own[0], ...ofHandlers], mutated, times)).toEqual([[own[0]]]);
    for (const judged of [
      'routes/start/handler.ts',
      'routes/start/start.ts',
      'http/route-handler.ts',
      'players/dependencies.ts',
      'operators/operator-api.ts',
    ]) {
      const met = testsToMeet(all, `/copy/lambdas/${judged}`, times).flat();
      expect(met).toHaveLength(5 + ofHandlers.length);
      expect(met.slice(5).toSorted()).toEqual(ofHandlers);
    }
  });

  test('may take ten times as long as without a mutant, and five seconds more', () => {
    expect(patienceWith(own, times)).toBe(14_000);
    expect(patienceWith(['test/new.test.ts#a'], times)).toBe(5000);
  });
});

describe('the report', () => {
  const group: Group = { name: 'rules', required: 85, files: ['lambdas/limits/rate-limit.ts'] };
  const outcome = (status: Outcome['status'], line = 1): Outcome => ({
    file: 'lambdas/limits/rate-limit.ts',
    line,
    mutator: 'EqualityOperator',
    replacement: 'a  >\n b',
    status,
  });
  const resultOf = (outcomes: Outcome[], planned = outcomes.length, whole = true): GroupResult => ({
    ...group,
    whole,
    result: { outcomes, planned: new Map([['lambdas/limits/rate-limit.ts', planned]]), usable: true },
  });
  const many = (count: number, status: Outcome['status']) =>
    Array.from({ length: count }, () => outcome(status));

  test('names each mutant that no test notices, with file, line and change', () => {
    const lines = report([resultOf([outcome('Survived', 7), outcome('NoCoverage', 3), outcome('Killed')])]);
    expect(lines).toContain('  lambdas/limits/rate-limit.ts:7 EqualityOperator -> a > b');
    expect(lines).toContain(
      '  lambdas/limits/rate-limit.ts:3 EqualityOperator -> a > b (no test gets there)',
    );
    expect(lines.filter((line) => line.includes('EqualityOperator'))).toHaveLength(2);
  });

  test('counts a mutant that never ends as noticed, and leaves out what was ignored', () => {
    const lines = report([resultOf([outcome('Timeout'), outcome('Survived'), outcome('Ignored')])]);
    expect(lines.find((line) => line.includes('lambdas/limits '))).toMatch(/ 50\.0 % +1 noticed +1 not$/);
  });

  test.each([
    ['at the required score', 85, 15, 100, true, false],
    ['just below it', 84, 16, 100, true, true],
    ['below it, but ended early', 84, 16, 101, true, false],
    ['below it, but only some files were asked for', 84, 16, 100, false, false],
  ])(
    'fails the command only where a group was tested whole and is too low: %s',
    (_, killed, survived, planned, whole, below) => {
      const result = resultOf([...many(killed, 'Killed'), ...many(survived, 'Survived')], planned, whole);
      expect(isBelow(result)).toBe(below);
      expect(report([result]).some((line) => line.includes('too low'))).toBe(below);
    },
  );

  test('says which files were not reached', () => {
    expect(report([resultOf([outcome('Killed')], 2)]).at(-1)).toBe(
      '  Not reached, or not whole: lambdas/limits/rate-limit.ts',
    );
    const ended = { ...group, whole: true, result: { outcomes: [], planned: undefined, usable: true } };
    expect(report([ended]).at(-1)).toBe('  Not reached, or not whole: lambdas/limits/rate-limit.ts');
  });
});
