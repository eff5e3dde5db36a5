import { Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { RejoinOperator } from '../../../infra/operator.ts';
import { Rejoin } from '../../../infra/rejoin.ts';
import { operatorRoutes } from '../../../infra/routes/operator-routes.ts';
import { newApp, ofType, operatorTemplateOf, withProvider } from '../synth.ts';
import { alarmsOf, nameOf } from './alarms-of.ts';
import { watchedMetrics } from './watched-metrics.ts';

const settings = {
  ...withProvider,
  exportBucket: 'arcade-exports',
  operators: ['arn:aws:sts::123456789012:assumed-role/Operators/*'],
};
const template = operatorTemplateOf(settings);
const alarms = alarmsOf(template);
const alarm = (name: string) => alarms.find((each) => nameOf(each) === name);
const functionIds = ofType(template, 'AWS::Lambda::Function').map(([id]) => id);
/** The logical id of the route's function. */
const idOf = (route: string) =>
  functionIds.find((id) => id.startsWith(`Operator${route.replaceAll('-', '')}Function`));

describe('an alarm of the operator API', () => {
  test.each([
    ['AdminShellUses', 'operator-shell'],
    ['OperatorTerminateUses', 'operator-terminate'],
    ['OperatorExportUses', 'operator-export'],
    ['OperatorForgetUses', 'operator-forget'],
    ['OperatorBrakeUses', 'operator-brake'],
  ])('reports the first use, by the metric that the function publishes: %s', (metric, route) => {
    const used = alarms.find(({ MetricName }) => MetricName === metric);
    expect(used).toMatchObject({
      Namespace: 'Rejoin',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(used.Dimensions).toEqual([
      { Name: 'FunctionName', Value: { Ref: idOf(route) } },
      { Name: 'service', Value: 'rejoin' },
    ]);
  });

  const all = operatorRoutes.map(({ name }) => name);
  const recorded = [
    'operator-shell',
    'operator-terminate',
    'operator-export',
    'operator-forget',
    'operator-brake',
  ];
  test.each([
    ['OperatorMisconfigured', 'Rejoin', 'Misconfigured', all, 'FunctionName,service', 60],
    ['OperatorFunctionsDead', 'AWS/Lambda', 'Errors', all, 'FunctionName', 300],
    ['OperatorFunctionsThrottled', 'AWS/Lambda', 'Throttles', all, 'FunctionName', 60],
    ['AuditNotWritten', 'Rejoin', 'Requests', recorded, 'audit_unavailable', 60],
    ['StrangerRefused', 'Rejoin', 'Requests', all, 'not_an_operator', 60],
  ] as const)('is raised the first time: %s', (name, namespace, metric, routes, by, seconds) => {
    const found = alarm(name);
    expect(found.DatapointsToAlarm ?? found.EvaluationPeriods).toBe(1);
    expect(found).toMatchObject({
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    const watched = watchedMetrics(template).filter(({ by: id }) => id === found.id);
    expect(watched).toEqual(
      routes.map((route) =>
        expect.objectContaining({
          namespace,
          name: metric,
          dimensions: expect.objectContaining({ FunctionName: `\${${idOf(route)}}` }),
        }),
      ),
    );
    for (const { dimensions } of watched) {
      expect(dimensions.outcome).toBe(metric === 'Requests' ? by : undefined);
      const keys = Object.keys(dimensions).toSorted().join();
      expect(keys).toBe(metric === 'Requests' ? 'FunctionName,outcome,service' : by);
    }
    const periods = found.Metrics.flatMap(
      ({ MetricStat }: { MetricStat?: { Period: number } }) => MetricStat?.Period ?? [],
    );
    expect(new Set(periods)).toEqual(new Set([seconds]));
  });

  test('is one of these ten', () => {
    expect(alarms).toHaveLength(10);
  });

  test('notifies the topic of the settings, and nobody without one', () => {
    const alarmTopic = 'arn:aws:sns:us-west-2:123456789012:on-call';
    for (const { AlarmActions } of alarmsOf(operatorTemplateOf({ ...settings, alarmTopic }))) {
      expect(AlarmActions).toEqual([alarmTopic]);
    }
    for (const each of alarms) expect(each).not.toHaveProperty('AlarmActions');
  });

  test('needs a topic in the Region of the stack: another one is refused if the stack has a fixed Region', () => {
    const app = newApp();
    const stackIn = (region: string) => new Stack(app, region, { env: { account: '111122223333', region } });
    const alarmTopic = 'arn:aws:sns:us-west-2:123456789012:on-call';
    const withTopic = { ...settings, alarmTopic };
    const line = `alarmTopic is "${alarmTopic}"; write the ARN of a topic in eu-west-1, where this stack is deployed`;
    const refusal = expect.objectContaining({ name: 'SettingsError', lines: [line] });
    const theirs = stackIn('eu-west-1');
    expect(() => new Rejoin(theirs, 'Rejoin', withTopic)).toThrow(refusal);
    const rejoin = new Rejoin(stackIn('us-west-2'), 'Rejoin', withTopic);
    expect(() => new RejoinOperator(theirs, 'Operator', rejoin)).toThrow(refusal);
  });
});
