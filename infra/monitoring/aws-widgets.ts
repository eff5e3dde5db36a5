/**
 * Widgets of GameLift Streams' own metrics. It publishes them by stream group and location, or by application and stream class.
 */
import { Duration } from 'aws-cdk-lib';
import { type IWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Settings } from '../settings/settings.ts';
import { axes, graph, row } from './graph.ts';

const namespace = 'AWS/GameLiftStreams';

/** What a search finds, and how the legend calls it. */
interface Searched {
  readonly metricName: string;
  readonly statistic: 'Sum' | 'Average';
  readonly label: string;
}

/**
 * One line for each metric that matches: locations can change without a deployment. CloudWatch puts what tells the lines apart,
 * such as the location, behind the label.
 */
function search(
  condition: string,
  region: string,
  { metricName, statistic, label }: Searched,
): MathExpression {
  return new MathExpression({
    expression: `SEARCH('${condition} MetricName="${metricName}"', '${statistic}', 60)`,
    label,
    searchRegion: region,
    period: Duration.minutes(1),
  });
}

/** One row for each Region that has stream groups. */
export function gameLiftStreamsRows({ streamGroups }: Settings): IWidget[][] {
  return [...new Set(streamGroups.map(({ region }) => region))].map((region) => {
    const groups = streamGroups.filter((group) => group.region === region).map(({ id }) => `"${id}"`);
    const ofStreamGroups = `{${namespace},StreamGroupId,Location} StreamGroupId=(${groups.join(' OR ')})`;
    const ofAccount = `Namespace="${namespace}"`;
    const sum = (metricName: string, label: string): Searched => ({ metricName, statistic: 'Sum', label });
    return row(
      graph(
        `Stream capacity, ${region}`,
        axes.sessions,
        // Each source reports a minute's count once. The average over several sources would be too low.
        [
          search(ofStreamGroups, region, sum('ActiveCapacity', 'in use')),
          search(ofStreamGroups, region, sum('IdleCapacity', 'idle')),
        ],
        { region },
      ),
      graph(
        `Sessions that ended, ${region}`,
        axes.sessions,
        [
          search(ofAccount, region, sum('TerminatedStreamSessions', 'ended')),
          search(ofAccount, region, sum('ErroredStreamSessions', 'ended in error')),
        ],
        { region },
      ),
      graph(
        `Players' round trip, ${region}`,
        axes.milliseconds,
        [search(ofAccount, region, { metricName: 'RoundTripTime', statistic: 'Average', label: 'average' })],
        { region },
      ),
    );
  });
}
