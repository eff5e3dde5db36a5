/** What the probe found, by Lambda's own metrics of its function. They cost nothing, and are there when no log is. */
import { Duration } from 'aws-cdk-lib';
import { type Alarm, MathExpression, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type AlarmContext, createAlarm } from './alarm.ts';

/** How often the probe asked, and how often it got no 401. */
function probeMetrics(probe: IFunction, period: Duration): { probeAsked: Metric; probeFailed: Metric } {
  return { probeAsked: probe.metricInvocations({ period }), probeFailed: probe.metricErrors({ period }) };
}

/**
 * How many of the API's requests in a period were the probe's and got a 401. The access log has a line for each of them, and
 * they are neither players nor strangers.
 */
export function probeRequests(
  probe: IFunction,
  minutes: number,
): { expression: string; usingMetrics: Record<string, Metric> } {
  return {
    expression: 'FILL(probeAsked, 0) - FILL(probeFailed, 0)',
    usingMetrics: probeMetrics(probe, Duration.minutes(minutes)),
  };
}

/** Without data the probe does not run, so missing data raises the alarm too. */
export function publicAddressAlarm(context: AlarmContext, probe: IFunction): Alarm {
  const { expression, usingMetrics } = probeRequests(probe, 1);
  return createAlarm(
    context,
    'PublicAddressFailing',
    "In 3 of the last 5 minutes, the probe did not get the expected 401 from the API's public address, or did not run. Perhaps no player can reach the API.",
    new MathExpression({
      expression: `IF(${expression} >= 1, 0, 1)`,
      usingMetrics,
      period: Duration.minutes(1),
    }),
    {
      threshold: 1,
      datapointsToAlarm: 3,
      evaluationPeriods: 5,
      treatMissingData: TreatMissingData.BREACHING,
    },
  );
}
