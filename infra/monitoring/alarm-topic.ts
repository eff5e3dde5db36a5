/** The SNS topic that alarms notify. */
import { Stack, Token } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { invalidLine, SettingsError } from '../settings/errors.ts';

/**
 * The actions of an alarm; none without a topic.
 *
 * @throws {SettingsError} when the stack has a fixed Region and the topic is in another one
 */
export function alarmActions(scope: Construct, topicArn: string | undefined): IAlarmAction[] {
  if (topicArn === undefined) return [];
  requireSameRegion(Stack.of(scope).region, topicArn);
  return [new SnsAction(Topic.fromTopicArn(scope, 'Topic', topicArn))];
}

/** CloudWatch accepts only topics of its own Region, and fails in the middle of a deployment otherwise. */
function requireSameRegion(region: string, alarmTopic: string): void {
  if (Token.isUnresolved(region) || alarmTopic.split(':')[3] === region) return;
  const allowed = `the ARN of a topic in ${region}, where this stack is deployed`;
  throw new SettingsError([invalidLine({ alarmTopic }, { path: ['alarmTopic'], allowed })]);
}
