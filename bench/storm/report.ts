import { POLICIES, POLICY_NAMES, type Policy } from './policies.ts';
import type { StormResult, StormSize } from './storm.ts';

type Row = [label: string, ...cells: string[]];

/** The figures of a storm for people: a column a policy. */
export function stormReport(
  { players, quota, notice }: StormSize,
  results: Record<Policy, StormResult>,
): string {
  const each = (cell: (figures: StormResult['figures']) => string): string[] =>
    POLICIES.map((policy) => cell(results[policy].figures));
  const rows: Row[] = [
    ['', ...POLICIES.map((policy) => POLICY_NAMES[policy])],
    ['players back', ...each(({ saved }) => `${saved} (${Math.floor((saved / players) * 100)} %)`)],
    ['last one back', ...each(({ lastSeconds }) => seconds(lastSeconds))],
    ['  players / quota', ...each(({ floorSeconds }) => seconds(floorSeconds))],
    ['wait, median', ...each(({ waitP50 }) => seconds(waitP50))],
    ['wait, 99th percentile', ...each(({ waitP99 }) => seconds(waitP99))],
    ['AWS calls per player', ...each(({ awsCallsPerPlayer }) => awsCallsPerPlayer.toFixed(2))],
    ['  connections', ...each(({ connectionCallsPerPlayer }) => connectionCallsPerPlayer.toFixed(2))],
    ['  refused, loss not noticed', ...each(({ refusedCallsPerPlayer }) => refusedCallsPerPlayer.toFixed(2))],
    ['HTTP requests per player', ...each(({ httpRequestsPerPlayer }) => httpRequestsPerPlayer.toFixed(2))],
    ['  for the status', ...each(({ statusRequestsPerPlayer }) => statusRequestsPerPlayer.toFixed(2))],
    ['function ms per player', ...each(({ billedMsPerPlayer }) => billedMsPerPlayer.toFixed(0))],
  ];
  const { answers, firstAnswersSeconds, firstAnswersPerSecond, coldStarts, overloadedRequests } =
    results.rejoin.figures;
  const counts = answers.map(([name, count]) => `${count} × ${name}`).join(', ');
  return `${players} players, ${quota} AWS calls per second, loss noticed after ${notice} s

${aligned(rows)}

Waits count from the loss, for the players who came back. For the SDK's policies, function ms are the billed time of a function
that only passes a request to the SDK.
Rejoin answered: ${counts}.
All first requests arrived at once. This machine answered them within ${seconds(firstAnswersSeconds)}, ${(firstAnswersPerSecond ?? 0).toFixed(0)} per second. The waits include that time.
Functions that started during the storm: ${coldStarts ?? 0}. All others had served requests before.
Rejoin's players send the requests of the client library, with its waits and limits, but play no media.${overload(overloadedRequests, { players, quota, notice })}`;
}

/** What a reader must know where the machine was too slow for its storm. */
function overload(requests: number, { players, quota, notice }: StormSize): string {
  if (requests === 0) return '';
  return `

THIS MACHINE WAS TOO SLOW: ${requests} requests to Rejoin got no answer in time, or an answer that says so. The waits and calls above
show the machine, not Rejoin. Use fewer players, or a machine that does nothing else. In virtual time the machine does not matter:
npm run bench -- storm --simulate --players ${players} --quota ${quota} --notice ${notice}`;
}

function aligned(rows: readonly Row[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

function seconds(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(1)} s`;
}
