/** What players felt, as their pages report it, for the dashboard's first row. No alarm and no objective may read these metrics. */
import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { axes, type Graph, graph } from './graph.ts';
import { ownMetric } from './own-metrics.ts';

/** Reports come up to two minutes late, so a shorter period would tear one outage apart. */
const minutes = 5;
const more = { period: Duration.minutes(minutes) };

/** @param recoveries the function that receives the reports */
export function feltGraphs(recoveries: IFunction): Graph[] {
  const back = (statistic: string, label: string) =>
    ownMetric(recoveries, 'BackAfter', { statistic, label, minutes });
  const lost = (name: 'NeverBack' | 'LeftWhileLost', label: string) =>
    ownMetric(recoveries, name, { statistic: 'Sum', label, minutes });
  return [
    graph(
      'Lost streams, by page reports',
      axes.streams,
      [
        back('SampleCount', 'came back'),
        lost('NeverBack', 'never came back'),
        lost('LeftWhileLost', 'the player left before'),
      ],
      { ...more, stacked: true },
    ),
    graph(
      'Time without a picture',
      axes.milliseconds,
      [back('p50', 'half saw less'), back('p95', '95 % saw less')],
      more,
    ),
  ];
}
