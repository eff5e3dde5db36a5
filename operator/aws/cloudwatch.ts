import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  type MetricDataQuery,
  type MetricDataResult,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';
import { allPages, clientConfig, withClient } from './client.ts';
import type { Signer } from './signed-fetch.ts';

/** The maximum of names in one DescribeAlarms. */
const MAX_NAMES = 100;

/** An alarm of CloudWatch. */
export interface AlarmDescription {
  name: string;
  description: string;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  state: string;
  /** Whether it is made of other alarms. */
  isComposite: boolean;
  /** What it evaluates: one metric, or an expression and the metrics in it. Empty for a composite alarm. */
  queries: MetricDataQuery[];
}

/** The alarms of these names. @throws Failure, or whatever credentials and network fail with */
export async function describeAlarms(signer: Signer, names: readonly string[]): Promise<AlarmDescription[]> {
  const alarms: AlarmDescription[] = [];
  await withClient(new CloudWatchClient(clientConfig(signer)), async (client) => {
    for (let from = 0; from < names.length; from += MAX_NAMES) {
      const page = await client.send(
        new DescribeAlarmsCommand({
          AlarmNames: names.slice(from, from + MAX_NAMES),
          MaxRecords: MAX_NAMES,
          // Without this, AWS leaves out composite alarms.
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        }),
      );
      const metricAlarms = page.MetricAlarms ?? [];
      alarms.push(
        ...metricAlarms.map((alarm) => ({
          ...described(alarm),
          isComposite: false,
          queries: queriesOf(alarm),
        })),
        ...(page.CompositeAlarms ?? []).map((alarm) => ({
          ...described(alarm),
          isComposite: true,
          queries: [],
        })),
      );
    }
  });
  return alarms;
}

const described = ({
  AlarmName = 'an alarm without a name',
  AlarmDescription = '',
  StateValue,
}: Pick<MetricAlarm, 'AlarmName' | 'AlarmDescription' | 'StateValue'>) => ({
  name: AlarmName,
  description: AlarmDescription,
  state: StateValue ?? 'UNKNOWN',
});

/** An alarm has either a metric of its own, or queries as in GetMetricData. */
function queriesOf(alarm: MetricAlarm): MetricDataQuery[] {
  if (alarm.Metrics !== undefined && alarm.Metrics.length > 0) return alarm.Metrics;
  const { Namespace, MetricName, Dimensions, Period, Statistic, ExtendedStatistic, Unit } = alarm;
  return [
    {
      Id: 'metric',
      MetricStat: {
        Metric: { Namespace, MetricName, Dimensions },
        Period,
        Stat: Statistic ?? ExtendedStatistic,
        ...(Unit !== undefined && { Unit }),
      },
    },
  ];
}

/** Metrics within a time span, each result with all its pages' values. @throws Failure, or whatever credentials and network fail with */
export function metricData(
  signer: Signer,
  queries: readonly MetricDataQuery[],
  { from, to }: { from: Date; to: Date },
): Promise<{ results: MetricDataResult[]; messages: string[] }> {
  return withClient(new CloudWatchClient(clientConfig(signer)), async (client) => {
    const messages: string[] = [];
    const input = { MetricDataQueries: [...queries], StartTime: from, EndTime: to };
    const results = await allPages(
      paginateGetMetricData({ client, stopOnSameToken: true }, input),
      (page) => {
        messages.push(...(page.Messages ?? []).map(({ Code, Value }) => Value ?? Code ?? ''));
        return page.MetricDataResults;
      },
    );
    return { results, messages };
  });
}
