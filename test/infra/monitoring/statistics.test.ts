import { describe, expect, test } from 'vitest';
import { operatorTemplateOf, templateOf, withProvider } from '../synth.ts';
import { isInAlarm } from './alarm-math.ts';
import { alarmsOf, nameOf } from './alarms-of.ts';
import { dashboardLines, drawn, type Line } from './dashboard-lines.ts';

const operators = ['arn:aws:sts::123456789012:assumed-role/Operators/*'];
const template = templateOf({ ...withProvider, probe: true });
const lines = dashboardLines(template);
const alarms = alarmsOf(template);
const alarm = (name: string) => alarms.find((each) => nameOf(each) === name);

interface Stat {
  readonly name: string;
  readonly statistic: string;
  /** In seconds. */
  readonly period: number;
  readonly outcome: string | undefined;
}
/** The metrics that an alarm uses; none for a composite alarm. */
// biome-ignore lint/suspicious/noExplicitAny: a template is arbitrary JSON.
const statsOf = ({ AlarmRule, Metrics, ...single }: any): Stat[] => {
  if (AlarmRule !== undefined) return [];
  const { MetricName, Dimensions, Statistic, Period } = single;
  const alone = { MetricStat: { Metric: { MetricName, Dimensions }, Stat: Statistic, Period } };
  // biome-ignore lint/suspicious/noExplicitAny: a template is arbitrary JSON.
  return (Metrics ?? [alone]).flatMap(({ MetricStat }: any) => {
    if (MetricStat === undefined) return [];
    const { Metric, Stat, Period: period } = MetricStat;
    const outcome: string | undefined = Metric.Dimensions.find(
      ({ Name }: { Name: string }) => Name === 'outcome',
    )?.Value;
    return [
      { name: Metric.MetricName as string, statistic: Stat as string, period: period as number, outcome },
    ];
  });
};
/** The metrics that an alarm uses: name, statistic, period in seconds, and outcome if it has one. */
const watched = (name: string): string[] =>
  statsOf(alarm(name)).map((stat) =>
    [stat.name, stat.statistic, stat.period, stat.outcome].filter((part) => part !== undefined).join(' '),
  );
/** The same several times: of as many functions, or in as many periods. */
const times = <T>(many: number, one: T) => Array.from({ length: many }, () => one);

/** What a metric means decides by which statistics it may be read. */
const READ_BY: readonly [why: string, names: readonly string[], statistics: readonly string[]][] = [
  [
    'events are added up: the average of many ones is 1, and an outage would look like one request',
    [
      ...[
        'Requests',
        'Throttles',
        'Replays',
        'Adopted',
        'Misconfigured',
        'Relapses',
        'NeverBack',
        'LeftWhileLost',
      ],
      ...['TurnedAway', 'Errors', 'Invocations', '4xx', '5xx', 'ReadThrottleEvents', 'WriteThrottleEvents'],
      ...[
        'AdminShellUses',
        'OperatorTerminateUses',
        'OperatorExportUses',
        'OperatorForgetUses',
        'OperatorBrakeUses',
      ],
      ...['TerminatedStreamSessions', 'ErroredStreamSessions'],
    ],
    ['Sum'],
  ],
  [
    'a count that each function publishes whole is read at its largest: a sum would count each player many times',
    ['PlayersFailed', 'PlayersRelapsed', 'PacerQueue'],
    ['Maximum'],
  ],
  [
    'a time is read as a percentile or at its longest: the sum of times grows with the number of players',
    ['AnswerTime', 'OwnTime', 'AwsTime', 'NoticeTime', 'PacerWait', 'BackAfter'],
    ['p50', 'p95', 'p99', 'Maximum', 'SampleCount'],
  ],
  [
    'what is 0 or 1 for each answer has a ratio and a count',
    ['Failed', 'LooksFailed'],
    ['Average', 'Sum', 'SampleCount'],
  ],
  ['API Gateway publishes a 1 for each request', ['Count'], ['SampleCount']],
  [
    'several locations report their streams, so the average would be less than what a deployer pays for',
    ['ActiveCapacity', 'IdleCapacity'],
    ['Sum'],
  ],
  [
    'the round trip is reported by each stream, and no player waits for the sum',
    ['RoundTripTime'],
    ['Average'],
  ],
];

describe('a metric is read by a statistic that means something to the person on call', () => {
  const shown = lines.filter(({ name }) => name !== undefined);
  const all = [...alarms, ...alarmsOf(operatorTemplateOf({ ...withProvider, operators }))];
  const alarming = all.flatMap((one) => statsOf(one).map((stat) => ({ ...stat, title: nameOf(one) })));
  const read: Pick<Line, 'name' | 'statistic' | 'title'>[] = [...shown, ...alarming];

  test.each(READ_BY)('%s', (_why, names, statistics) => {
    const those = read.filter(({ name = '' }) => names.includes(name));
    expect(new Set(those.map(({ name }) => name))).toEqual(new Set(names));
    for (const { statistic, name, title } of those) {
      expect(statistics, `${statistic} of ${name} in ${title}`).toContain(statistic);
    }
  });

  test('each metric that is watched is one of these', () => {
    const known = READ_BY.flatMap(([, names]) => names);
    expect(read.filter(({ name = '' }) => !known.includes(name))).toEqual([]);
  });
});

describe('a legend of the dashboard', () => {
  test.each([
    [/^half |: half /, ['p50']],
    [/95 %/, ['p95']],
    [/99 %/, ['p99']],
    [/slowest|longest/, ['Maximum']],
    [/^came back$/, ['SampleCount']],
  ] as const)(
    'says %s only of that statistic, or the person on call acts on another number',
    (words, statistics) => {
      const said = lines.filter(({ label }) => words.test(label));
      expect(said.length).toBeGreaterThan(0);
      for (const { statistic, label, title } of said)
        expect(statistics, `${title}: ${label}`).toContain(statistic);
    },
  );

  test('tells our own time from the time of AWS, or an outage of AWS is looked for in our functions', () => {
    const named = (words: RegExp) => lines.filter(({ label }) => words.test(label)).map(({ name }) => name);
    expect(named(/^our own:/)).toEqual(['OwnTime', 'OwnTime']);
    expect(named(/^AWS:/)).toEqual(['AwsTime', 'AwsTime']);
  });
});

describe('a graph of the dashboard', () => {
  test('that counts by the minute has a point for each minute: five minutes in one point look like five times the load', () => {
    const perMinute = lines.filter(({ axis }) => axis.endsWith(' a minute'));
    expect(perMinute.length).toBeGreaterThan(20);
    expect(perMinute.filter(({ period }) => period !== 60)).toEqual([]);
  });

  test('of what players felt has a point for five minutes: reports come late, and a shorter period tears one outage apart', () => {
    const felt = lines.filter(({ name = '' }) => ['BackAfter', 'NeverBack', 'LeftWhileLost'].includes(name));
    expect(felt).toHaveLength(5);
    expect(felt.map(({ period }) => period)).toEqual([300, 300, 300, 300, 300]);
  });

  test('of a ratio ends at 100 %, so that a line at the top is good, and a small fall is not a cliff', () => {
    const ratios = lines.filter(({ axis }) => axis === '%');
    expect(ratios.length).toBeGreaterThan(3);
    for (const { axisEnd, title } of ratios) expect(axisEnd, title).toBe(100);
  });

  test.each([
    ['Starts that succeed', 'did not fail', { startsFailed: 0.2 }, 80],
    ['Starts that succeed', 'did not fail', { startsFailed: 0 }, 100],
    ['Reconnects that succeed', 'did not fail', { failed: 0.2 }, 80],
    ['Reconnects that succeed', 'not repeated within 30 seconds', { relapses: 3, answers: 12 }, 75],
    ['Reconnects that succeed', 'not repeated within 30 seconds', { answers: 12 }, 100],
    ['Status lookups that AWS failed', 'failed: the player got an older status', { looksFailed: 0.25 }, 25],
  ] as const)('%s draws in per cent what %s: %j is %d', (title, label, values, expected) => {
    const line = lines.find((one) => one.title === title && one.label === label) as Line;
    expect(drawn(lines, line, values)).toBeCloseTo(expected);
  });

  test('takes the parts of a ratio from the metrics that publish them, of the same minute', () => {
    const inputs = lines.filter(({ id, axis }) => id !== undefined && axis === '%');
    expect(inputs.map(({ id, name, statistic, period }) => `${id}: ${name} ${statistic} ${period}`)).toEqual([
      'startsFailed: Failed Average 60',
      'failed: Failed Average 60',
      'relapses: Relapses Sum 60',
      'answers: Failed SampleCount 60',
      'looksFailed: LooksFailed Average 60',
    ]);
  });

  test('of repeated answers adds up both routes that repeat any', () => {
    const repeated = lines.find(({ label }) => label === 'repeated answers');
    expect(repeated?.expression).toBe('SUM([sumReplays0, sumReplays1])');
  });
});

describe('an alarm', () => {
  test('compares by "or more", as its description says', () => {
    for (const each of alarms.filter(({ AlarmRule }) => AlarmRule === undefined)) {
      expect(each.ComparisonOperator, each.id).toBe('GreaterThanOrEqualToThreshold');
    }
  });

  test.each([
    ['LooksFailing', { looked: 10, failed: 0.5 }, { looked: 9, failed: 0.5 }],
    [
      'ConnectionsNotHolding',
      { answered: 10, relapses: 3, players: 3 },
      { answered: 9, relapses: 9, players: 3 },
    ],
    ['RequestsTurnedAway', { away: 10, asked: 40 }, { away: 9, asked: 9 }],
  ] as const)(
    '%s counts from exactly the least number of answers on, and not from one less',
    (name, enough, few) => {
      expect(isInAlarm(alarm(name), [enough])).toBe(true);
      expect(isInAlarm(alarm(name), [few])).toBe(false);
    },
  );

  test('AnswersSlow counts five minutes with exactly the least number of answers, and reads what 5 % wait longer than', () => {
    expect(watched('AnswersSlow')).toEqual(['AnswerTime SampleCount 300', 'AnswerTime p95 300']);
    const slow = { answered: 10, slowest: 3000 };
    expect(isInAlarm(alarm('AnswersSlow'), times(3, slow))).toBe(true);
    expect(isInAlarm(alarm('AnswersSlow'), times(3, { answered: 9, slowest: 3000 }))).toBe(false);
    expect(isInAlarm(alarm('AnswersSlow'), times(3, { answered: 10, slowest: 2999 }))).toBe(false);
  });

  test.each([
    ['PacingSustained', times(2, 'Requests Sum 60 paced'), 11],
    ['Misconfigured', times(5, 'Misconfigured Sum 60'), 1],
    ['FunctionsDead', times(5, 'Errors Sum 300'), 1],
    ['FunctionsThrottled', times(5, 'Throttles Sum 60'), 5],
    ['TableThrottled', ['ReadThrottleEvents Sum 60', 'WriteThrottleEvents Sum 60'], 6],
  ] as const)('%s reads the metrics and the periods that its description names', (name, metrics, periods) => {
    expect(watched(name)).toEqual(metrics);
    expect(alarm(name).EvaluationPeriods).toBe(periods);
  });

  test('over several periods looks no further back than one period more: an old moment must not raise it', () => {
    expect(alarm('AnswersSlow').EvaluationPeriods).toBe(4);
  });
});
