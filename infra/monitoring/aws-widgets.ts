/**
 * Widgets of GameLift Streams' own metrics. It publishes them by stream group and location, or by application and stream class.
 */
import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Settings } from '../settings/settings.ts';

const namespace = 'AWS/GameLiftStreams';

/** One line for each metric that matches: locations can change without a deployment. */
function search(condition: string, metricName: string, statistic: string, region: string): MathExpression {
  return new MathExpression({
    expression: `SEARCH('${condition} MetricName="${metricName}"', '${statistic}', 60)`,
    label: metricName,
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
    const graph = (title: string, ...left: MathExpression[]) =>
      new GraphWidget({ title: `${title}, ${region}`, region, left, width: 8, height: 6 });
    return [
      graph(
        'Capacity: with none idle a start waits for more, or is refused',
        // Each source reports a minute's count once. The average over several sources would be too low.
        search(ofStreamGroups, 'ActiveCapacity', 'Sum', region),
        search(ofStreamGroups, 'IdleCapacity', 'Sum', region),
      ),
      graph(
        'Sessions of the account that ended, and in error',
        search(ofAccount, 'TerminatedStreamSessions', 'Sum', region),
        search(ofAccount, 'ErroredStreamSessions', 'Sum', region),
      ),
      graph("Players' round trip", search(ofAccount, 'RoundTripTime', 'Average', region)),
    ];
  });
}
