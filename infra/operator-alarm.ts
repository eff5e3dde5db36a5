/** Rings whenever an admin shell is used: it should never come as a surprise. */
import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { metricsNamespace, serviceName } from './function-environment.ts';
import { problemLine, SettingsError } from './settings-problems.ts';

export class AdminShellAlarm extends Construct {
  /** @throws {SettingsError} when the stack's Region is fixed and the topic lies in another one */
  constructor(
    scope: Construct,
    id: string,
    { shell, topicArn }: { readonly shell: IFunction; readonly topicArn: string | undefined },
  ) {
    super(scope, id);
    const alarm = new Alarm(this, 'Used', {
      alarmDescription:
        'AdminShellUsed: an operator asked for an admin shell into a live session, successfully or not. Who, whose session and why stands in the audit table. See docs/operator.md',
      metric: new Metric({
        namespace: metricsNamespace,
        metricName: 'AdminShellUses',
        // By the function's name, since an account may hold several deployments.
        dimensionsMap: { service: serviceName, FunctionName: shell.functionName },
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (topicArn === undefined) return;
    requireSameRegion(Stack.of(this).region, topicArn);
    alarm.addAlarmAction(new SnsAction(Topic.fromTopicArn(this, 'Topic', topicArn)));
  }
}

/** CloudWatch takes only topics of its own Region, and says so halfway through a deployment. */
function requireSameRegion(region: string, alarmTopic: string): void {
  if (Token.isUnresolved(region) || alarmTopic.split(':')[3] === region) return;
  const allowed = `the ARN of a topic in ${region}, where this stack is deployed`;
  throw new SettingsError([problemLine({ alarmTopic }, { path: ['alarmTopic'], allowed })]);
}
