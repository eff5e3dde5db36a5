/** What alarms do: they notify an SNS topic, and do what your own app adds. */
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { requireRegionOfStack } from '../settings/same-region.ts';

/**
 * The actions of an alarm; none without a topic.
 *
 * @param more actions of your own app
 * @throws {SettingsError} when the stack has a fixed Region and the topic is in another one
 */
export function alarmActions(
  scope: Construct,
  topicArn: string | undefined,
  more: readonly IAlarmAction[] = [],
): IAlarmAction[] {
  if (topicArn === undefined) return [...more];
  requireRegionOfStack(scope, { path: ['alarmTopic'], arn: topicArn, what: 'topic' });
  return [new SnsAction(Topic.fromTopicArn(scope, 'Topic', topicArn)), ...more];
}
