import * as z from 'zod';
import type { StackModel } from '../template/model.ts';
import { AwsError } from './aws-error.ts';
import { ExpressionError, evaluateExpression, type Series } from './metric-math.ts';
import type { MetricStore } from './metric-store.ts';

const querySchema = z.object({
  Id: z.string(),
  Expression: z.string().optional(),
  Period: z.number().optional(),
  ReturnData: z.boolean().default(true),
  Label: z.string().optional(),
  MetricStat: z
    .object({
      Metric: z.object({
        Namespace: z.string(),
        MetricName: z.string(),
        Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
      }),
      Period: z.number(),
      Stat: z.string(),
    })
    .optional(),
});
type Query = z.infer<typeof querySchema>;

const dataSchema = z.object({
  // The SDK sends epoch seconds.
  StartTime: z.number(),
  EndTime: z.number(),
  MetricDataQueries: z.array(querySchema),
});
const namesSchema = z.object({
  AlarmNames: z.array(z.string()).default([]),
  AlarmTypes: z.array(z.string()).default(['MetricAlarm']),
});

/** More points than any period of an alarm gives. */
const MAX_PERIODS = 10_000;

function getMetricData(store: MetricStore, input: unknown): object {
  const { success, data } = dataSchema.safeParse(input);
  if (!success) throw new AwsError('ValidationError', 'The parameters of GetMetricData are not valid.');
  const queries = new Map(data.MetricDataQueries.map((query) => [query.Id, query]));
  const [fromMs, toMs] = [data.StartTime * 1000, data.EndTime * 1000];
  const underway = new Set<string>();
  const periodMs =
    1000 * Math.min(...data.MetricDataQueries.map((each) => each.MetricStat?.Period ?? each.Period ?? 60));
  const periods: number[] = [];
  for (
    let begin = Math.floor(fromMs / periodMs) * periodMs;
    begin < toMs && periods.length < MAX_PERIODS;
    begin += periodMs
  ) {
    periods.push(begin);
  }
  const seriesOf = (id: string): Series | undefined => {
    const query = queries.get(id);
    return query === undefined ? undefined : evaluate(query);
  };
  const evaluate = ({ Id, Expression, MetricStat }: Query): Series => {
    if (MetricStat !== undefined) {
      const span = { fromMs, toMs, periodMs: MetricStat.Period * 1000 };
      return store.statistics(MetricStat.Metric, MetricStat.Stat, span);
    }
    if (Expression === undefined || underway.has(Id)) {
      throw new ExpressionError(`${Id} has neither a metric nor an expression of other ids`);
    }
    underway.add(Id);
    const series = evaluateExpression(Expression, seriesOf, periods);
    underway.delete(Id);
    return series;
  };
  const results = data.MetricDataQueries.filter(({ ReturnData }) => ReturnData).map((query) => {
    try {
      const newestFirst = [...evaluate(query)].toSorted(([a], [b]) => b - a);
      return {
        Id: query.Id,
        Label: query.Label ?? query.Id,
        StatusCode: 'Complete',
        Timestamps: newestFirst.map(([begin]) => begin / 1000),
        Values: newestFirst.map(([, value]) => value),
      };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new AwsError('ValidationError', `Error in expression '${query.Id}': ${error.message}`);
    }
  });
  return { MetricDataResults: results, Messages: [] };
}

/** Nothing here evaluates alarms as time goes by, so none has a state. */
function describeAlarms(stacks: readonly StackModel[], input: unknown): object {
  const { success, data } = namesSchema.safeParse(input);
  if (!success) throw new AwsError('ValidationError', 'The parameters of DescribeAlarms are not valid.');
  const of = (isComposite: boolean) =>
    data.AlarmTypes.includes(isComposite ? 'CompositeAlarm' : 'MetricAlarm')
      ? stacks
          .flatMap(({ alarms }) => alarms)
          .filter((alarm) => alarm.isComposite === isComposite && data.AlarmNames.includes(alarm.name))
          .map(({ name, arn, properties }) => {
            const { Tags: _tags, ...described } = properties;
            return { ...described, AlarmName: name, AlarmArn: arn, StateValue: 'INSUFFICIENT_DATA' };
          })
      : [];
  return { MetricAlarms: of(false), CompositeAlarms: of(true) };
}

/** CloudWatch's DescribeAlarms and GetMetricData. @throws AwsError */
export function cloudWatch(
  { stacks, metrics }: { stacks: readonly StackModel[]; metrics: MetricStore },
  action: string,
  input: unknown,
): object {
  if (action === 'DescribeAlarms') return describeAlarms(stacks, input);
  if (action === 'GetMetricData') return getMetricData(metrics, input);
  throw new AwsError('InvalidAction', `The local deployment has no ${action}.`);
}
