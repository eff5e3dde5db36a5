/** Who hears an alarm. */
import { Stack, Token } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { problemLine, SettingsError } from '../settings/errors.ts';

/**
 * What an alarm does; nothing without a topic.
 *
 * @throws {SettingsError} when the stack's Region is fixed and the topic lies in another one
 */
export function alarmActions(scope: Construct, topicArn: string | undefined): IAlarmAction[] {
  if (topicArn === undefined) return [];
  requireSameRegion(Stack.of(scope).region, topicArn);
  return [new SnsAction(Topic.fromTopicArn(scope, 'Topic', topicArn))];
}

/** CloudWatch takes only topics of its own Region, and says so halfway through a deployment. */
function requireSameRegion(region: string, alarmTopic: string): void {
  if (Token.isUnresolved(region) || alarmTopic.split(':')[3] === region) return;
  const allowed = `the ARN of a topic in ${region}, where this stack is deployed`;
  throw new SettingsError([problemLine({ alarmTopic }, { path: ['alarmTopic'], allowed })]);
}
