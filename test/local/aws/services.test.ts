import {
  Alarm,
  AlarmRule,
  AlarmState,
  CompositeAlarm,
  MathExpression,
  Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnOutput, Duration } from 'aws-cdk-lib/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogStore, type LogStore } from '../../../local/aws/log-store.ts';
import { createMetricStore } from '../../../local/aws/metric-store.ts';
import { startAwsServices } from '../../../local/aws/server.ts';
import { findStack, getTemplate, listStackResources } from '../../../operator/aws/cloudformation.ts';
import { describeAlarms, metricData } from '../../../operator/aws/cloudwatch.ts';
import { runQuery } from '../../../operator/aws/insights.ts';
import { logLines } from '../../../operator/aws/logs.ts';
import type { Signer } from '../../../operator/aws/signed-fetch.ts';
import { linesWith } from '../../../operator/case/query.ts';
import { checkAlarmExpressions } from '../../../operator/doctor/alarm-expressions.ts';
import { deploy, onlyStack, place } from '../template/support.ts';

const NOW = Date.parse('2026-03-04T05:06:07Z');
const deployer = { accessKeyId: 'AKIADEPLOYER', secretAccessKey: 'secret' };

const stack = onlyStack(
  deploy((target) => {
    const failed = (statistic: string) =>
      new Metric({
        namespace: 'Rejoin',
        metricName: 'Failed',
        dimensionsMap: { FunctionName: 'f', service: 'rejoin' },
        statistic,
        period: Duration.minutes(5),
      });
    const alarm = new MathExpression({
      expression: 'IF(answered >= 2, failed, 0)',
      usingMetrics: { answered: failed('SampleCount'), failed: failed('Average') },
      period: Duration.minutes(5),
    }).createAlarm(target, 'Failing', {
      threshold: 1,
      evaluationPeriods: 1,
      alarmDescription: 'Failing: a <b>.',
    });
    new Alarm(target, 'Slow', { metric: failed('Maximum'), threshold: 1, evaluationPeriods: 1 });
    new CompositeAlarm(target, 'Both', { alarmRule: AlarmRule.fromAlarm(alarm, AlarmState.ALARM) });
    new LogGroup(target, 'AccessLogs');
    new CfnOutput(target, 'Url', { value: 'https://a.example/?a&b' });
  }),
);
const nameOf = (pattern: RegExp) =>
  stack.resources.find(({ logicalId }) => pattern.test(logicalId))?.physicalId ?? '';
const group = nameOf(/^AccessLogs/);
const metrics = createMetricStore();
let logs: LogStore;
let services: Awaited<ReturnType<typeof startAwsServices>>;
let signer: Signer;
beforeAll(async () => {
  logs = createLogStore([group]);
  services = await startAwsServices({ stacks: [stack], logs, metrics }, { region: place.region, deployer });
  signer = { region: place.region, credentials: deployer, endpoint: services.url };
});
afterAll(() => services.close());

/** A function's line in CloudWatch's Embedded Metric Format. */
const emf = (value: number, at = NOW - 60_000) =>
  JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: 'Rejoin',
          Dimensions: [['service', 'FunctionName']],
          Metrics: [{ Name: 'Failed', Unit: 'Count' }],
        },
      ],
    },
    service: 'rejoin',
    FunctionName: 'f',
    Failed: value,
  });

describe('the AWS services of the local deployment, asked by the SDK,', () => {
  it('describe a stack with its outputs, resources and template', async () => {
    expect(await findStack(signer, 'Test')).toEqual({
      status: 'CREATE_COMPLETE',
      outputs: { Url: 'https://a.example/?a&b' },
    });
    expect(await findStack(signer, 'Other')).toBeUndefined();
    const resources = await listStackResources(signer, 'Test');
    expect(resources).toContainEqual({
      logicalId: expect.stringMatching(/^AccessLogs/),
      type: 'AWS::Logs::LogGroup',
      name: group,
    });
    expect(JSON.parse(await getTemplate(signer, 'Test')).Resources).toHaveProperty(
      resources[0]?.logicalId ?? '',
    );
  });

  it('describe the alarms that are named, composite ones too', async () => {
    const names = [nameOf(/^Failing/), nameOf(/^Both/)];
    const alarms = await describeAlarms(signer, names);
    expect(alarms.map(({ name, isComposite, state }) => [name, isComposite, state])).toEqual([
      [names[0], false, 'INSUFFICIENT_DATA'],
      [names[1], true, 'INSUFFICIENT_DATA'],
    ]);
    expect(alarms[0]).toMatchObject({
      description: 'Failing: a <b>.',
      queries: [{ Expression: expect.any(String) }, {}, {}],
    });
  });

  it("evaluate an alarm's expression from what the functions published", async () => {
    const [alarm] = await describeAlarms(signer, [nameOf(/^Failing/)]);
    const span = { from: new Date(NOW - 3_600_000), to: new Date(NOW) };
    const valuesOf = async () =>
      (await metricData(signer, alarm?.queries ?? [], span)).results.map(({ Values }) => Values);
    expect(await valuesOf()).toEqual([[]]);
    for (const value of [1, 0, 1, 1]) metrics.appendLine(emf(value));
    for (const line of ['', 'no JSON "_aws"', '{"_aws":1}', emf(9, NOW - 7_200_000)])
      metrics.appendLine(line);
    expect(await valuesOf()).toEqual([[0.75]]);
    const [slow] = await describeAlarms(signer, [nameOf(/^Slow/)]);
    expect((await metricData(signer, slow?.queries ?? [], span)).results[0]?.Values).toEqual([1]);
  });

  it('refuse a wrong expression, so that the doctor reports an alarm which could never ring', async () => {
    const [alarm] = await describeAlarms(signer, [nameOf(/^Failing/)]);
    const broken = (alarm?.queries ?? []).map((query) =>
      query.Expression === undefined ? query : { ...query, Expression: 'IF(answerd >= 2, failed, 0)' },
    );
    const planted = { name: 'Failing', description: '', state: 'OK', isComposite: false, queries: broken };
    const found = await checkAlarmExpressions(signer, 'Test', [planted], NOW);
    expect(found.map(({ level, subject, says }) => `${level} ${subject}: ${says}`)).toEqual([
      "problem alarm Failing: CloudWatch refuses its expression (Error in expression 'expr_1': There is no metric or expression with the id answerd)",
    ]);
  });

  it('find log lines by any of several words, and no older ones', async () => {
    logs.append(group, '{"requestId":"a="}', NOW - 10);
    logs.append(group, '{"requestId":"b="}', NOW);
    logs.append(group, '{"requestId":"c="}', NOW);
    const find = (...words: string[]) => logLines(signer, group, { words, since: NOW - 5 });
    expect(await find('a=', 'b=')).toEqual(['{"requestId":"b="}']);
    expect(await find('d=')).toEqual([]);
    await expect(logLines(signer, 'other', { words: ['a'], since: 0 })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('find log lines as Logs Insights does, by a query of the form that a case sends', async () => {
    const at = NOW - 30_000;
    logs.append(group, '{"requestId":"d=","playerId":"ann","status":503}', at);
    logs.append(group, 'REPORT RequestId: 11111111-2222-3333-4444-555555555555 Status: timeout', at + 1);
    logs.append(group, '{"requestId":"e=","playerId":"bob"}', at + 2);
    const find = (wanted: Record<string, string[]>, span = { from: NOW - 60_000, to: NOW - 20_000 }) =>
      runQuery(
        signer,
        { logGroups: [group], query: linesWith(wanted)?.query ?? '', ...span, maxBytes: 1e9, limitMs: 1000 },
        async () => {},
      );
    const found = await find({
      playerId: ['ann'],
      '@requestId': ['11111111-2222-3333-4444-555555555555'],
    });
    expect(found.rows.map((row) => row['@message']?.slice(0, 17))).toEqual([
      '{"requestId":"d="',
      'REPORT RequestId:',
    ]);
    expect(found.rows[0]).toMatchObject({
      '@log': `123456789012:${group}`,
      '@timestamp': '2026-03-04 05:05:37.000',
    });
    expect(found).toMatchObject({ records: 3, bytes: expect.any(Number) });
    expect((await find({ status: ['503'] })).rows).toHaveLength(1);
    expect((await find({ playerId: ['ann'] }, { from: NOW - 20_000, to: NOW })).rows).toEqual([]);
  });

  it.each([
    'stats count(*) by code',
    'fields @timestamp, @log, @message | filter a = "b" | sort @timestamp asc | limit 5',
  ])('refuse a query of Logs Insights that they do not know: %s', async (query) => {
    const call = runQuery(
      signer,
      { logGroups: [group], query, from: 0, to: NOW, maxBytes: 1, limitMs: 1 },
      async () => {},
    );
    await expect(call).rejects.toMatchObject({ code: 'MalformedQueryException' });
  });

  it('answer nobody with another key', async () => {
    const stranger = { ...signer, credentials: { ...deployer, secretAccessKey: 'guessed' } };
    for (const call of [
      findStack(stranger, 'Test'),
      describeAlarms(stranger, ['a']),
      logLines(stranger, group, { words: ['a'], since: 0 }),
    ]) {
      await expect(call).rejects.toMatchObject({ exitCode: 3 });
    }
    expect((await fetch(services.url, { method: 'POST', body: '{}' })).status).toBe(403);
  });
});
