/** GameLift Streams' own metrics, which it keeps by stream group and location, or by application and stream class. */
import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Settings } from '../settings/settings.ts';

const namespace = 'AWS/GameLiftStreams';

/** A line for whatever stands under the name: which locations there are changes without a deployment. */
function found(condition: string, metricName: string, statistic: string, region: string): MathExpression {
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
    const ofGroups = `{${namespace},StreamGroupId,Location} StreamGroupId=(${groups.join(' OR ')})`;
    const ofAll = `Namespace="${namespace}"`;
    const graph = (title: string, ...left: MathExpression[]) =>
      new GraphWidget({ title: `${title}, ${region}`, region, left, width: 8, height: 6 });
    return [
      graph(
        'Capacity: with none idle a start waits for more, or is refused',
        // Each says a minute's count once: an average over what several report would be a part of it.
        found(ofGroups, 'ActiveCapacity', 'Sum', region),
        found(ofGroups, 'IdleCapacity', 'Sum', region),
      ),
      graph(
        'Sessions of the account that ended, and in error',
        found(ofAll, 'TerminatedStreamSessions', 'Sum', region),
        found(ofAll, 'ErroredStreamSessions', 'Sum', region),
      ),
      graph("Players' round trip", found(ofAll, 'RoundTripTime', 'Average', region)),
    ];
  });
}
