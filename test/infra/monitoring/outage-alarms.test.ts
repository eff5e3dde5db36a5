import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operatorTemplateOf, templateOf, withProvider } from '../synth.ts';
import { isInAlarm, type MetricValues, valueAt } from './alarm-math.ts';
import { alarmsOf, nameOf } from './alarms-of.ts';

const alarmTopic = 'arn:aws:sns:us-west-2:123456789012:on-call';
const operators = ['arn:aws:sts::123456789012:assumed-role/Operators/*'];
const alarms = alarmsOf(templateOf({ ...withProvider, alarmTopic }));
const operatorAlarms = alarmsOf(operatorTemplateOf({ ...withProvider, alarmTopic, operators }));
const alarm = (name: string) => alarms.find((each) => nameOf(each) === name);
/** The metrics that an alarm uses: name, statistic and period by id. */
const watched = (name: string) =>
  Object.fromEntries(
    alarm(name).Metrics.flatMap(({ Id, MetricStat }: { Id: string; MetricStat?: Stat }) =>
      MetricStat ? [[Id, `${MetricStat.Metric.MetricName} ${MetricStat.Stat} ${MetricStat.Period}`]] : [],
    ),
  );
interface Stat {
  Metric: { MetricName: string };
  Stat: string;
  Period: number;
}
/** The number of players in an hour, if the alarm uses it. */
const several = (part: (typeof alarms)[number], players: number): MetricValues =>
  JSON.stringify(part.Metrics).includes('PlayersFailed') ? { players } : {};
const runbook = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'runbook.md'), 'utf8');
const times = (count: number, each: MetricValues) => Array.from({ length: count }, () => each);

describe.each([
  ['NobodyGetsBack', 'Rejoinreconnect'],
  ['NobodyStarts', 'Rejoinstart'],
])('%s: a total loss with few players', (name, counting) => {
  test('is raised by three failures without a success, which are too few for the burn rate alarms', () => {
    expect(watched(name)).toEqual({ answered: 'Failed SampleCount 3600', failed: 'Failed Sum 3600' });
    expect(JSON.stringify(alarm(name).Metrics)).toContain(counting);
    expect(isInAlarm(alarm(name), [{ answered: 3, failed: 3 }])).toBe(true);
  });

  test.each([
    ['two are bad luck', { answered: 2, failed: 2 }],
    ['one of many got through', { answered: 10, failed: 9 }],
    ['nobody plays', {}],
  ])('is not raised: %s', (_, counted) => {
    expect(isInAlarm(alarm(name), [counted])).toBe(false);
  });
});

describe('ConnectionsNotHolding', () => {
  test('is raised when AWS accepts every reconnect and the players send another at once: a 201 is not a stream', () => {
    expect(watched('ConnectionsNotHolding')).toEqual({
      answered: 'Failed SampleCount 900',
      relapses: 'Relapses Sum 900',
      players: 'PlayersRelapsed Maximum 900',
    });
    expect(isInAlarm(alarm('ConnectionsNotHolding'), [{ answered: 20, relapses: 10, players: 3 }])).toBe(
      true,
    );
  });

  test.each([
    ['a few players whose networks flap', { answered: 100, relapses: 10, players: 10 }],
    ['one player alone, who causes most of the responses too', { answered: 10, relapses: 3, players: 1 }],
    ['two players', { answered: 10, relapses: 6, players: 2 }],
    ['no reconnect follows another', { answered: 100 }],
  ])('is not raised: %s', (_, counted) => {
    expect(isInAlarm(alarm('ConnectionsNotHolding'), [counted])).toBe(false);
  });
});

describe('LooksFailing', () => {
  test('is raised when AWS fails the status lookups of starting players, although every poll gets a 200', () => {
    expect(watched('LooksFailing')).toEqual({
      looked: 'LooksFailed SampleCount 600',
      failed: 'LooksFailed Average 600',
    });
    expect(isInAlarm(alarm('LooksFailing'), [{ looked: 100, failed: 0.6 }])).toBe(true);
    expect(isInAlarm(alarm('LooksFailing'), [{ looked: 100, failed: 0.1 }])).toBe(false);
    expect(isInAlarm(alarm('LooksFailing'), [{ looked: 5, failed: 1 }])).toBe(false);
  });
});

describe('RequestsTurnedAway', () => {
  test('is raised when nobody is let in, although half of the requests are preflights', () => {
    expect(watched('RequestsTurnedAway')).toEqual({
      away: 'TurnedAway Sum 900',
      asked: 'Count SampleCount 900',
    });
    expect(isInAlarm(alarm('RequestsTurnedAway'), [{ away: 20, asked: 40 }])).toBe(true);
  });

  test.each([
    ['expired tokens', { away: 30, asked: 1000 }],
    ['a handful of strangers on an API that nobody uses', { away: 9, asked: 9 }],
    ['no request was rejected', { asked: 1000 }],
  ])('is not raised: %s', (_, counted) => {
    expect(isInAlarm(alarm('RequestsTurnedAway'), [counted])).toBe(false);
  });
});

describe('StartsFailingFast and StartsFailingSlowly', () => {
  test('use the metric of the start function and the objective of the settings', () => {
    for (const [name, threshold] of [
      ['StartsFailingFast', 0.144],
      ['StartsFailingSlowly', 0.06],
    ] as const) {
      const rule = JSON.stringify(alarm(name).AlarmRule);
      const parts = alarms.filter(({ id }) => rule.includes(`"${id}"`));
      expect(parts.map(({ Threshold }) => Threshold)).toEqual([threshold, threshold]);
      for (const part of parts) {
        expect(JSON.stringify(part.Metrics)).toMatch(/Rejoinstart.+"MetricName":"Failed"/);
        expect(isInAlarm(part, [{ answered: 20, failed: 0.2, ...several(part, 3) }])).toBe(true);
        expect(isInAlarm(part, [{ answered: 9, failed: 1 }])).toBe(false);
      }
    }
  });
});

describe('one player alone', () => {
  test.each(['ReconnectsFailingFast', 'ReconnectsFailingSlowly', 'StartsFailingFast', 'StartsFailingSlowly'])(
    'does not raise %s, although every response for hours is a failure of that player',
    (name) => {
      const rule = JSON.stringify(alarm(name).AlarmRule);
      const parts = alarms.filter(({ id }) => rule.includes(`"${id}"`));
      const isRaisedBy = (players: number) =>
        parts.every((part) => isInAlarm(part, [{ answered: 72, failed: 1, ...several(part, players) }]));
      expect([1, 2, 3, 10].map(isRaisedBy)).toEqual([false, false, true, true]);
    },
  );

  test.each([
    'NobodyGetsBack',
    'NobodyStarts',
    'LooksFailing',
    'RequestsTurnedAway',
    'AnswersSlow',
    'PacingSustained',
  ])('may raise %s, and its description and runbook chapter say so', (name) => {
    expect(alarm(name).AlarmDescription).toMatch(/\bone\b/);
    expect(runbook.split(`### ${name}\n`)[1]?.split('\n### ')[0]).toMatch(/\bone (player|page|session)\b/);
  });

  test('the runbook says for each alarm whether one player can raise it', () => {
    const [, chapter = ''] = runbook.split('## Whom an alarm is about\n');
    const named = [
      ...(chapter.split('\n## ')[0] ?? '').matchAll(/\b[A-Z][a-z]+[A-Z]\w+|\bMisconfigured\b/g),
    ].map(([name]) => name);
    const notifying = [...alarms, ...operatorAlarms].filter(({ AlarmActions }) => AlarmActions).map(nameOf);
    expect([...new Set(named)].filter((name) => notifying.includes(name)).toSorted()).toEqual(
      notifying.toSorted(),
    );
  });
});

describe('an alarm over several periods', () => {
  test.each([
    ['AnswersSlow', 3, { answered: 50, slowest: 9000 }],
    ['PacingSustained', 10, { sumRequests0: 1 }],
    ['TableThrottled', 5, { sumWriteThrottleEvents1: 30 }],
    ['FunctionsThrottled', 3, { sumThrottles0: 5 }],
  ] as const)(
    '%s is raised after its number of periods, also while the newest one has no data yet',
    (name, many, breaching) => {
      expect(isInAlarm(alarm(name), times(many, breaching))).toBe(true);
      expect(isInAlarm(alarm(name), [...times(many, breaching), {}])).toBe(true);
      expect(isInAlarm(alarm(name), times(many - 1, breaching))).toBe(false);
    },
  );

  test.each([['AnswersSlow'], ['PacingSustained'], ['TableThrottled'], ['FunctionsThrottled']])(
    '%s has a value without data, so it reads no older data and can end',
    (name) => {
      expect(valueAt(alarm(name), {})).toBe(0);
    },
  );

  test('is not raised by one throttled request, which the client repeats', () => {
    expect(isInAlarm(alarm('FunctionsThrottled'), [...times(4, {}), { sumThrottles0: 1 }])).toBe(false);
  });
});

test('AnswersSlow is not raised by one slow response in a quiet night', () => {
  expect(isInAlarm(alarm('AnswersSlow'), times(4, { answered: 1, slowest: 9000 }))).toBe(false);
});

describe('the person on call', () => {
  const notifying = (all: typeof alarms) => all.filter(({ AlarmActions }) => AlarmActions);

  test('is notified when an alarm ends, so that an incident resolves by itself', () => {
    expect(notifying(alarms).length).toBeGreaterThan(12);
    for (const each of notifying(alarms))
      expect([nameOf(each), each.OKActions]).toEqual([nameOf(each), [alarmTopic]]);
  });

  test('is not notified when an event alarm ends: an event has no end', () => {
    const eventAlarms = [
      'AdminShellUsed',
      'TerminateUsed',
      'ExportUsed',
      'ForgetUsed',
      'BrakeUsed',
      'StrangerRefused',
    ];
    for (const each of operatorAlarms) {
      expect([nameOf(each), each.OKActions]).toEqual([
        nameOf(each),
        eventAlarms.includes(nameOf(each)) ? undefined : [alarmTopic],
      ]);
    }
  });
});

test('CloudWatch accepts every alarm: at most a day of periods and ten metrics', () => {
  for (const each of [...alarms, ...operatorAlarms]) {
    if (each.AlarmRule !== undefined) continue;
    const stats: Stat[] = (each.Metrics ?? []).flatMap(
      ({ MetricStat }: { MetricStat?: Stat }) => MetricStat ?? [],
    );
    expect(stats.length).toBeLessThanOrEqual(10);
    const period = Math.max(...stats.map(({ Period }) => Period), each.Period ?? 0);
    expect(period % 60).toBe(0);
    expect(period * each.EvaluationPeriods).toBeLessThanOrEqual(86_400);
    expect(each.DatapointsToAlarm ?? 1).toBeLessThanOrEqual(each.EvaluationPeriods);
  }
});
