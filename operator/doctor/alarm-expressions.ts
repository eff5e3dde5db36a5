import type { AlarmDescription } from '../aws/cloudwatch.ts';
import { metricData } from '../aws/cloudwatch.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { type Finding, ok, problem, unreadable } from './finding.ts';

const LEAST_MS = 3 * 3_600_000;
const PERIODS = 3;

type Query = AlarmDescription['queries'][number];

const periodOf = ({ Period, MetricStat }: Query) => Period ?? MetricStat?.Period ?? 60;

interface Evaluated {
  finding?: Finding;
  hasData: boolean;
}

/** Has CloudWatch evaluate what each alarm evaluates. An alarm whose expression is wrong would never ring. */
export async function checkAlarmExpressions(
  signer: Signer,
  stackName: string,
  alarms: readonly AlarmDescription[],
  now: number,
): Promise<Finding[]> {
  const evaluated = alarms.filter(({ isComposite }) => !isComposite);
  if (evaluated.length === 0) return [];
  const results = await Promise.all(evaluated.map((alarm) => evaluate(signer, alarm, now)));
  const findings = results.flatMap(({ finding }) => finding ?? []);
  const [refused] = findings.filter(({ missingAction }) => missingAction !== undefined);
  if (refused !== undefined) return [{ ...refused, subject: `alarm expressions of ${stackName}` }];
  if (findings.length > 0) return findings;
  const withData = results.filter(({ hasData }) => hasData).length;
  const says = `CloudWatch evaluates all ${results.length}: ${withData} give a value, ${results.length - withData} have no data yet`;
  return [ok(`alarm expressions of ${stackName}`, says)];
}

async function evaluate(
  signer: Signer,
  { name, queries }: AlarmDescription,
  now: number,
): Promise<Evaluated> {
  const subject = `alarm ${name}`;
  const span = Math.max(LEAST_MS, ...queries.map((query) => PERIODS * 1000 * periodOf(query)));
  const todo =
    'deploy again; if this happens again, the alarm can never go off: report it as a defect of Rejoin';
  const failed = (says: string): Evaluated => ({ finding: problem(subject, says, todo), hasData: false });
  try {
    const { results, messages } = await metricData(signer, queries, {
      from: new Date(now - span),
      to: new Date(now),
    });
    const wrong = results.filter(
      ({ StatusCode }) => StatusCode === 'InternalError' || StatusCode === 'Forbidden',
    );
    const said = [
      ...messages,
      ...results.flatMap(({ Messages = [] }) => Messages.map(({ Value, Code }) => Value ?? Code)),
    ];
    if (wrong.length > 0 || said.length > 0) {
      const [first = wrong[0]?.StatusCode] = said;
      return failed(`CloudWatch cannot evaluate its expression (${first})`);
    }
    if (results.length === 0) return failed('evaluates nothing: CloudWatch gives no result for it');
    return { hasData: results.some(({ Values = [] }) => Values.length > 0) };
  } catch (error) {
    if (
      error instanceof Failure &&
      error.exitCode !== EXIT.refused &&
      /Validation|Invalid/.test(error.code ?? '')
    ) {
      return failed(`CloudWatch refuses its expression (${error.message})`);
    }
    return {
      finding: unreadable(subject, { service: 'CloudWatch', action: 'cloudwatch:GetMetricData' }, error),
      hasData: false,
    };
  }
}
