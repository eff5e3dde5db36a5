import type { StackResource } from '../aws/cloudformation.ts';
import { metricData } from '../aws/cloudwatch.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { type Finding, ok, problem, unknown, unreadable, warning } from './finding.ts';

const METRICS = ['Invocations', 'Errors'] as const;
const HOUR_MS = 3_600_000;
const PERIOD_S = 300;

/** Sums of a function's metrics. */
interface FunctionCounts {
  name: string;
  Invocations: number;
  Errors: number;
}

/** Lambda's own metrics of the last hour. @throws Failure, or whatever credentials and network fail with */
async function lastHour(signer: Signer, names: readonly string[], now: number): Promise<FunctionCounts[]> {
  const queries = names.flatMap((name, at) =>
    METRICS.map((metric) => ({
      Id: `${metric.toLowerCase()}${at}`,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName: metric,
          Dimensions: [{ Name: 'FunctionName', Value: name }],
        },
        Period: PERIOD_S,
        Stat: 'Sum',
      },
    })),
  );
  const { results } = await metricData(signer, queries, { from: new Date(now - HOUR_MS), to: new Date(now) });
  const sum = (id: string) =>
    results
      .filter(({ Id }) => Id === id)
      .flatMap(({ Values = [] }) => Values)
      .reduce((total, value) => total + value, 0);
  return names.map((name, at) => ({
    name,
    Invocations: sum(`invocations${at}`),
    Errors: sum(`errors${at}`),
  }));
}

/**
 * Checks that a stack's functions ran within the last hour, and did not crash. A request without a token does not show that: API
 * Gateway refuses it before any function runs.
 */
export async function checkFunctions(
  signer: Signer,
  stackName: string,
  resources: readonly StackResource[],
  now: number,
): Promise<Finding[]> {
  const subject = `functions of ${stackName}`;
  const names = resources.filter(({ type }) => type === 'AWS::Lambda::Function').map(({ name }) => name);
  if (names.length === 0) return [];
  let counts: FunctionCounts[];
  try {
    counts = await lastHour(signer, names, now);
  } catch (error) {
    return [unreadable(subject, { service: 'CloudWatch', action: 'cloudwatch:GetMetricData' }, error)];
  }
  const idle = counts.filter(({ Invocations, Errors }) => Invocations + Errors === 0);
  if (idle.length === counts.length) {
    const says = 'none was called within the last hour, so it is not known whether they run';
    return [
      unknown(
        subject,
        says,
        'make a call, such as the last one of "First player" in docs/deploy.md; run the doctor again in 5 minutes',
      ),
    ];
  }
  const crashes = counts.filter(({ Errors }) => Errors > 0).map(crashFinding);
  const calls = counts.reduce((total, { Invocations }) => total + Invocations, 0);
  const says = `${counts.length - idle.length} of ${counts.length} ran within the last hour, ${calls === 1 ? 'once' : `${calls} times`}, and none died`;
  const idleNames = idle.map(({ name }) => name).join(', ');
  const notTried = idle.length === 0 ? undefined : `functions without a call in the last hour: ${idleNames}`;
  return crashes.length > 0 ? crashes : [ok(subject, says, notTried)];
}

function crashFinding({ name, Invocations, Errors }: FunctionCounts): Finding {
  const says = `ended without an answer ${Errors} of ${Math.max(Invocations, Errors)} times within the last hour`;
  const level = Errors >= Invocations ? problem : warning;
  return level(`function ${name}`, says, 'docs/runbook.md, chapter FunctionsDead');
}
