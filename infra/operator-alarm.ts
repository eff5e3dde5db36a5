/** Rings whenever an operator reaches into a session: that should never come as a surprise. */
import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { metricsNamespace, serviceName } from './function-environment.ts';
import { problemLine, SettingsError } from './settings-problems.ts';

/** The uses that ring: by which route's function they are counted, and under which name. */
const uses = [
  {
    id: 'AdminShellUsed',
    route: 'operator-shell',
    metricName: 'AdminShellUses',
    alarmDescription:
      'AdminShellUsed: an operator asked for an admin shell into a live session, successfully or not. Who, whose session and why stands in the audit table. See docs/operator.md',
  },
  {
    id: 'TerminateUsed',
    route: 'operator-terminate',
    metricName: 'OperatorTerminateUses',
    alarmDescription:
      'TerminateUsed: an operator asked for the end of a session, successfully or not. Who and whose session stands in the audit table. See docs/operator.md',
  },
] as const;

export interface OperatorAlarmsProps {
  readonly routes: readonly { readonly name: string; readonly function: IFunction }[];
  readonly topicArn: string | undefined;
}

export class OperatorAlarms extends Construct {
  /** @throws {SettingsError} when the stack's Region is fixed and the topic lies in another one */
  constructor(scope: Construct, id: string, { routes, topicArn }: OperatorAlarmsProps) {
    super(scope, id);
    if (topicArn !== undefined) requireSameRegion(Stack.of(this).region, topicArn);
    const topic = topicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', topicArn);
    for (const use of uses) {
      const counting = routes.find(({ name }) => name === use.route);
      if (!counting) throw new Error(`There is no route ${use.route} whose uses could ring`);
      const alarm = this.#alarm(use, counting.function);
      if (topic) alarm.addAlarmAction(new SnsAction(topic));
    }
  }

  #alarm({ id, metricName, alarmDescription }: (typeof uses)[number], { functionName }: IFunction): Alarm {
    return new Alarm(this, id, {
      alarmDescription,
      metric: new Metric({
        namespace: metricsNamespace,
        metricName,
        // By the function's name, since an account may hold several deployments.
        dimensionsMap: { service: serviceName, FunctionName: functionName },
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** CloudWatch takes only topics of its own Region, and says so halfway through a deployment. */
function requireSameRegion(region: string, alarmTopic: string): void {
  if (Token.isUnresolved(region) || alarmTopic.split(':')[3] === region) return;
  const allowed = `the ARN of a topic in ${region}, where this stack is deployed`;
  throw new SettingsError([problemLine({ alarmTopic }, { path: ['alarmTopic'], allowed })]);
}
