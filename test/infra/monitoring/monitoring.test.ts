import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Rejoin } from '../../../infra/rejoin.ts';
import {
  group,
  minimal,
  newApp,
  ofType,
  type SynthesizedTemplate,
  templateOf,
  text,
  withProvider,
} from '../synth.ts';
import { alarmsOf, nameOf } from './alarms-of.ts';
import { watchedMetrics, widgetsOf } from './watched-metrics.ts';

const docs = (name: string) =>
  readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', name), 'utf8');
const alarmTopic = 'arn:aws:sns:us-west-2:123456789012:on-call';
const template = templateOf({ ...withProvider, alarmTopic });

/** With the parts that are off by default. */
const complete = templateOf({ ...withProvider, alarmTopic, probe: true });

const notifying = alarmsOf(template).filter(({ AlarmActions }) => AlarmActions);

/** The alarms that docs/runbook.md describes, with the parameters that matter. */
const expectedAlarms = {
  ReconnectsFailingFast: undefined,
  ReconnectsFailingSlowly: undefined,
  NobodyGetsBack: { EvaluationPeriods: 1, Threshold: 3 },
  ConnectionsNotHolding: { EvaluationPeriods: 1, Threshold: 0.3 },
  StartsFailingFast: undefined,
  StartsFailingSlowly: undefined,
  NobodyStarts: { EvaluationPeriods: 1, Threshold: 3 },
  LooksFailing: { EvaluationPeriods: 1, Threshold: 0.5 },
  RequestsTurnedAway: { EvaluationPeriods: 1, Threshold: 0.25 },
  AnswersSlow: { DatapointsToAlarm: 3, Threshold: 3000 },
  PacingSustained: { DatapointsToAlarm: 10, Threshold: 1 },
  Misconfigured: { EvaluationPeriods: 1, Threshold: 1 },
  FunctionsDead: { EvaluationPeriods: 1, Threshold: 3 },
  FunctionsThrottled: { DatapointsToAlarm: 3, Threshold: 1 },
  TableThrottled: { DatapointsToAlarm: 5, Threshold: 10 },
};

describe('an alarm of the player API', () => {
  test.each(Object.entries(expectedAlarms))(
    '%s exists, and notifies the topic of the settings',
    (name, parameters) => {
      const found = notifying.filter((alarm) => nameOf(alarm) === name);
      expect(found).toEqual([expect.objectContaining({ AlarmActions: [alarmTopic], ...parameters })]);
    },
  );

  test('notifies nobody without a topic', () => {
    const silent = alarmsOf(templateOf(withProvider));
    expect(silent.length).toBeGreaterThanOrEqual(Object.keys(expectedAlarms).length);
    for (const alarm of silent) expect(alarm).not.toHaveProperty('AlarmActions');
  });

  test('is OK while nobody plays, and reads no more metrics than CloudWatch allows', () => {
    for (const { id, Metrics = [], TreatMissingData, AlarmRule } of alarmsOf(template)) {
      if (AlarmRule !== undefined) continue;
      expect([id, TreatMissingData]).toEqual([id, 'notBreaching']);
      expect(
        Metrics.filter(({ MetricStat }: { MetricStat?: object }) => MetricStat).length,
        id,
      ).toBeLessThanOrEqual(10);
    }
  });
});

describe('the runbook', () => {
  test('explains every metric of our functions', () => {
    const [, table = ''] = docs('runbook.md').split('## What the numbers mean');
    const rows = [...(table.split('\n## ')[0] ?? '').matchAll(/^\| (`.+?) \|/gm)]
      .map(([, names]) => names)
      .join();
    const explained = [...rows.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    const ownMetrics = watchedMetrics(template).filter(({ namespace }) => namespace === 'Rejoin');
    expect(explained.toSorted()).toEqual([...new Set(ownMetrics.map(({ name }) => name))].toSorted());
  });

  test('names only saved queries and widgets that exist', () => {
    const saved = ofType(template, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties.Name);
    const [, table = ''] = docs('runbook.md').split('| query | answers |\n|---|---|\n');
    const rows = (table.split('\n\n')[0] ?? '').split('\n').map((row) => row.split(' | ')[0]?.slice(2));
    expect(saved.map((name: string) => name.replace('Rejoin/', ''))).toEqual(rows);
    const titles = widgetsOf(complete).map(({ properties }) => String(properties.title));
    const named = [...docs('runbook.md').matchAll(/\*([A-Z][^*]+)\*(?!\*)/g)].map(([, name = '']) =>
      name.replaceAll('\n', ' '),
    );
    const known = [...titles, ...rows];
    expect(
      named.filter((name) => !known.some((each) => each === name || each?.startsWith(`${name}, us-`))),
    ).toEqual([]);
  });
});

describe('the dashboard', () => {
  const widgets = widgetsOf(template);

  test('asks first whether players get in and back, then why not, then what AWS is doing', () => {
    const questions = widgets
      .filter(({ type }) => type === 'text')
      .map(({ properties }) => properties.markdown);
    expect(questions.map((each) => each.split('\n')[0])).toEqual([
      '## Do players get in, and back?',
      '## If not, why?',
      '## What is AWS doing?',
    ]);
    expect(widgets[0].type).toBe('alarm');
    expect(widgets[0].properties.alarms.map(String)).toHaveLength(notifying.length);
  });

  test('shows only metrics that GameLift Streams has, in each Region of a stream group', () => {
    // Developer guide, "Monitor Amazon GameLift Streams with Amazon CloudWatch".
    const known = [
      ...['ActiveCapacity', 'IdleCapacity', 'MemoryUtilization', 'CPUUtilization', 'FrameCaptureRate'],
      ...[
        'AudioCaptureRate',
        'RoundTripTime',
        'TerminatedStreamSessions',
        'ErroredStreamSessions',
        'SessionLength',
      ],
    ];
    const regions = templateOf({
      ...minimal,
      streamGroups: [group, { ...group, id: 'sg-B', region: 'eu-central-1' }],
    });
    const awsMetrics = watchedMetrics(regions).filter(({ namespace }) => namespace === 'AWS/GameLiftStreams');
    expect(awsMetrics).toHaveLength(10);
    for (const { name } of awsMetrics) expect(known).toContain(name);
    const where = widgetsOf(regions).flatMap(({ properties }) => properties.metrics?.[0]?.[0]?.region ?? []);
    expect([...new Set(where)]).toEqual(['us-west-2', 'eu-central-1']);
  });

  test('shows in its first row what players felt: how many were hit, half and 95 % of the time, and who never came back', () => {
    const graphs = widgets.filter((each) => each.type === 'metric');
    const firstRow = graphs.filter((each) => each.y === graphs[0].y);
    expect(firstRow.slice(2).map(({ properties }) => properties.title)).toEqual([
      'Lost streams, by page reports',
      'Time without a picture',
    ]);
    const felt = watchedMetrics(template).filter(({ dimensions }) =>
      dimensions.FunctionName?.startsWith('${Rejoinrecoveries'),
    );
    expect(new Set(felt.map(({ name }) => name))).toEqual(
      new Set([
        'BackAfter',
        'NeverBack',
        'LeftWhileLost',
        'Misconfigured',
        'Errors',
        'Throttles',
        'Invocations',
      ]),
    );
  });

  test('alone shows what players say: no alarm reads it, for a player may say anything', () => {
    const alarmIds = new Set(alarmsOf(complete).map(({ id }) => id));
    const read = watchedMetrics(complete).filter(
      ({ by, dimensions }) => alarmIds.has(by) && JSON.stringify(dimensions).includes('recoveries'),
    );
    expect(read).toEqual([]);
  });

  test('has a unique name, also with two deployments in a stack and across Regions', () => {
    const arcade = new Stack(newApp(), 'Arcade', {
      env: { account: '111122223333', region: 'eu-central-1' },
    });
    new Rejoin(arcade, 'Europe', withProvider);
    new Rejoin(arcade, 'Trial', withProvider);
    const of = Template.fromStack(arcade).toJSON() as SynthesizedTemplate;
    const names = ofType(of, 'AWS::CloudWatch::Dashboard').map(([, { Properties }]) =>
      text(Properties.DashboardName),
    );
    expect(names).toEqual(['Arcade-Europe-eu-central-1', 'Arcade-Trial-eu-central-1']);
    const queries = ofType(of, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties.Name);
    expect(new Set(queries).size).toBe(queries.length);
  });
});

describe('saved queries', () => {
  const functions = ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) =>
    text(Properties.LoggingConfig.LogGroup),
  );
  const [stage] = ofType(template, 'AWS::ApiGatewayV2::Stage').map(([, { Properties }]) => Properties);
  const gateway = text(stage.AccessLogSettings.DestinationArn).replace('.Arn', '');
  const queries = ofType(template, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties);
  const query = (name: string) => queries.find(({ Name }) => Name.endsWith(`/${name}`));

  test('read the logs of all functions, of API Gateway, or of both', () => {
    const reads = Object.fromEntries(
      queries.map(({ Name, LogGroupNames }) => [Name, LogGroupNames.map(text)]),
    );
    expect(reads).toEqual({
      'Rejoin/Whose requests failed': functions,
      "Rejoin/This player's last hour": functions,
      'Rejoin/Why were reconnects refused': functions,
      'Rejoin/What players felt': functions,
      'Rejoin/One request, by the id in its answer': [...functions, gateway],
      'Rejoin/What never reached a function': [gateway],
      'Rejoin/What the functions call an error': functions,
    });
  });

  test('show in one query whether it is one player: a row is a player, of the failures that alarms count', () => {
    const { QueryString } = query('Whose requests failed');
    expect(QueryString).toMatch(/^filter countedAs = 'failure'\n/);
    expect(QueryString).toMatch(/\| stats count\(\*\) as failures, .+ by route, playerId\n/);
    for (const each of alarmsOf(template).filter((alarm) => /^Nobody/.test(nameOf(alarm)))) {
      expect(each.AlarmDescription).toContain('"Whose requests failed"');
    }
  });

  test('find nothing until you name a player', () => {
    expect(query("This player's last hour").QueryString).toContain('| filter playerId = ');
  });

  test('use only fields that the access log has', () => {
    const format = JSON.parse(stage.AccessLogSettings.Format);
    const queryString: string = query('What never reached a function').QueryString;
    const [, by = ''] = /by (.+)/.exec(queryString) ?? [];
    expect(Object.keys(format)).toEqual(
      expect.arrayContaining([...by.split(', '), 'integrationStatus', 'ip']),
    );
  });

  test.each([
    '2026-01-01T00:00:00.000Z 1f Task timed out after 10.00 seconds',
    'RequestId: 1f Error: Runtime exited with error: signal: killed',
    '2026-01-01T00:00:00.000Z undefined ERROR Uncaught Exception {"errorType":"Error"}',
    '2026-01-01T00:00:00.000Z undefined ERROR Unhandled Promise Rejection {}',
    'INIT_REPORT Init Duration: 10000.00 ms Phase: init Status: timeout',
    'INIT_REPORT Init Duration: 81.11 ms Phase: init Status: error Error Type: Runtime.ImportModuleError',
  ])('find a crashed function, also before its first request: %s', (dying) => {
    const [, pattern = ''] =
      /@message like \/(.+)\//.exec(query('What the functions call an error').QueryString) ?? [];
    expect(dying).toMatch(new RegExp(pattern));
    expect('REPORT RequestId: 1f Duration: 3.00 ms').not.toMatch(new RegExp(pattern));
  });
});
