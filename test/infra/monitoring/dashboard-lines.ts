/** Reads what each graph of a dashboard draws. */
import { type SynthesizedTemplate, text } from '../synth.ts';
import { type MetricValues, valueAt } from './alarm-math.ts';
import { widgetsOf } from './watched-metrics.ts';

/** One metric or expression of a graph. */
export interface Line {
  /** Of the graph. */
  readonly title: string;
  /** What the graph's axis says. */
  readonly axis: string;
  /** Where the graph's axis ends; absent: at its highest point. */
  readonly axisEnd?: number;
  readonly label: string;
  /** Absent for an expression. */
  readonly name?: string;
  readonly expression?: string;
  /** The statistic of a metric. A search has it in its expression. */
  readonly statistic: string;
  /** In seconds. */
  readonly period: number;
  readonly id?: string;
}

/** All lines, also those that are only the input of an expression. */
export function dashboardLines(template: SynthesizedTemplate): Line[] {
  return widgetsOf(template)
    .filter(({ type }) => type === 'metric')
    .flatMap(({ properties: { title, metrics, yAxis, period } }) =>
      // biome-ignore lint/suspicious/noExplicitAny: a dashboard is arbitrary JSON.
      metrics.map((metric: any[]): Line => {
        const {
          label = '',
          expression,
          stat,
          id,
          ...own
        } = metric.find((each) => typeof each === 'object') ?? {};
        const search = /^SEARCH\('.*MetricName="(\w+)".*', '(\w+)', (\d+)\)$/.exec(expression ?? '');
        const [, searched, searchedStatistic, searchedPeriod] = search ?? [];
        const name = expression === undefined ? metric[1] : searched;
        return {
          title: text(title),
          axis: yAxis.left.label,
          ...(yAxis.left.max === undefined ? {} : { axisEnd: yAxis.left.max }),
          label,
          ...(name === undefined ? {} : { name }),
          ...(expression === undefined || search ? {} : { expression }),
          // CloudWatch's defaults, which the CDK leaves out.
          statistic: searchedStatistic ?? stat ?? 'Average',
          period: Number(searchedPeriod ?? own.period ?? period ?? 300),
          ...(id === undefined ? {} : { id }),
        };
      }),
    );
}

/** What an expression of a graph draws for some values of its metrics, by their ids. A metric without data is absent. */
export function drawn(lines: readonly Line[], { title, expression }: Line, values: MetricValues) {
  const inputs = lines.filter((line) => line.title === title && line.id !== undefined);
  const Metrics = [{ Expression: expression }, ...inputs.map(({ id }) => ({ Id: id, MetricStat: {} }))];
  return valueAt({ Metrics }, values);
}
