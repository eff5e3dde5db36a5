import { BOUNDS, type Growth, JUDGED_FROM_MS } from './growth.ts';
import type { SoakResult } from './soak.ts';
import { PROMISES, type Promised } from './violations.ts';

const MB = 1024 * 1024;

const row = (name: string, value: string | number) => `  ${name.padEnd(44)}${String(value).padStart(9)}`;
const rows = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => row(name, count));

/** What a soak must not see: broken promises, and processes that grew too much. */
export function failuresOf({ violations, growth }: Pick<SoakResult, 'violations' | 'growth'>): string[] {
  const broken = Object.entries(violations).flatMap(([promise, { times, examples }]) => [
    `${times} × ${promise}: ${PROMISES[promise as Promised]}`,
    ...examples.map((example) => `    ${example}`),
  ]);
  return [...broken, ...growth.flatMap(({ tooMuch }) => tooMuch)];
}

function growthRows(growth: readonly Growth[]): string[] {
  const cells = (name: string, values: readonly (string | number)[]) =>
    `  ${name.padEnd(44)}${values.map((value) => String(value).padStart(9)).join('')}`;
  const megabytes = (bytes: number) => (bytes / MB).toFixed(0);
  return [
    cells('', ['MB start', 'MB end', 'handles', 'end']),
    ...growth.map(({ process, rss, handles }) =>
      cells(process, [megabytes(rss.start), megabytes(rss.end), handles.start, handles.end]),
    ),
  ];
}

/** The report for people. */
export function reportOf(result: SoakResult): string {
  const { seconds, players, seed, interrupted, requests, lost, repeated, foreignRefused, accepted } = result;
  const times = (promise: Promised) => result.violations[promise]?.times ?? 0;
  const failures = failuresOf(result);
  const judged =
    result.growth.length > 0
      ? [
          `Memory and handles: medians of the second and of the last fifth of the time. Allowed growth: ${BOUNDS.rssBytes / MB} MB or ${BOUNDS.rssShare * 100} %, whichever is more; ${BOUNDS.handles} handles`,
          ...growthRows(result.growth),
        ]
      : [`Memory and handles are judged only in a soak of at least ${JUDGED_FROM_MS / 60_000} minutes.`];
  return [
    `${players} players, ${seconds} s, seed ${seed}${interrupted ? ', interrupted: it was not checked that every player gets back' : ''}`,
    '',
    row('requests', requests),
    row('  answered by a function', result.served),
    row('  without an answer', lost),
    row('offers that AWS accepted', accepted),
    row('repeated answers', repeated),
    row("refused requests for another's session", foreignRefused),
    '',
    'Answers',
    ...rows(result.answers),
    '',
    'Faults',
    ...rows(result.faults),
    '',
    'Processes',
    ...rows(result.processes),
    '',
    ...judged,
    '',
    'Broken promises',
    ...(Object.keys(PROMISES) as Promised[]).map((promise) => row(promise, times(promise))),
    '',
    ...(failures.length > 0 ? failures : ['No promise was broken.']),
  ].join('\n');
}
