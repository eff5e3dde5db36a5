import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operatorTemplateOf, templateOf, withProvider } from '../synth.ts';
import { type Counted, rings, valueAt } from './alarm-math.ts';
import { alarmsOf, nameOf } from './alarms-of.ts';

const alarmTopic = 'arn:aws:sns:us-west-2:123456789012:on-call';
const operators = ['arn:aws:sts::123456789012:assumed-role/Operators/*'];
const alarms = alarmsOf(templateOf({ ...withProvider, alarmTopic }));
const operatorAlarms = alarmsOf(operatorTemplateOf({ ...withProvider, alarmTopic, operators }));
const alarm = (name: string) => alarms.find((each) => nameOf(each) === name);
/** The metrics that an alarm looks at: name and statistic by id. */
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
/** So many players in an hour, where the alarm asks for them. */
const several = (part: (typeof alarms)[number], players: number): Counted =>
  JSON.stringify(part.Metrics).includes('PlayersFailed') ? { players } : {};
const runbook = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'runbook.md'), 'utf8');
const times = (count: number, each: Counted) => Array.from({ length: count }, () => each);

describe.each([
  ['NobodyGetsBack', 'Rejoinreconnect'],
  ['NobodyStarts', 'Rejoinstart'],
])('%s: a total loss where few play', (name, counting) => {
  test('rings at three failures and nothing else, which the others think too few to judge by', () => {
    expect(watched(name)).toEqual({ answered: 'Failed SampleCount 3600', failed: 'Failed Sum 3600' });
    expect(JSON.stringify(alarm(name).Metrics)).toContain(counting);
    expect(rings(alarm(name), [{ answered: 3, failed: 3 }])).toBe(true);
  });

  test.each([
    ['two are bad luck', { answered: 2, failed: 2 }],
    ['one of many got through', { answered: 10, failed: 9 }],
    ['nobody plays', {}],
  ])('is quiet: %s', (_, counted) => {
    expect(rings(alarm(name), [counted])).toBe(false);
  });
});

describe('ConnectionsNotHolding', () => {
  test('rings where AWS answers all and the players ask again at once: 201 is no stream', () => {
    expect(watched('ConnectionsNotHolding')).toEqual({
      answered: 'Failed SampleCount 900',
      relapses: 'Relapses Sum 900',
      players: 'PlayersRelapsed Maximum 900',
    });
    expect(rings(alarm('ConnectionsNotHolding'), [{ answered: 20, relapses: 10, players: 3 }])).toBe(true);
  });

  test.each([
    ['a few players whose networks flap', { answered: 100, relapses: 10, players: 10 }],
    ['one player alone, who makes up the answers too', { answered: 10, relapses: 3, players: 1 }],
    ['two players', { answered: 10, relapses: 6, players: 2 }],
    ['all hold', { answered: 100 }],
  ])('is quiet: %s', (_, counted) => {
    expect(rings(alarm('ConnectionsNotHolding'), [counted])).toBe(false);
  });
});

describe('LooksFailing', () => {
  test('rings where AWS fails the looks that players who start wait for, though every poll is answered 200', () => {
    expect(watched('LooksFailing')).toEqual({
      looked: 'LooksFailed SampleCount 600',
      failed: 'LooksFailed Average 600',
    });
    expect(rings(alarm('LooksFailing'), [{ looked: 100, failed: 0.6 }])).toBe(true);
    expect(rings(alarm('LooksFailing'), [{ looked: 100, failed: 0.1 }])).toBe(false);
    expect(rings(alarm('LooksFailing'), [{ looked: 5, failed: 1 }])).toBe(false);
  });
});

describe('RequestsTurnedAway', () => {
  test('rings where nobody is let in, half of all requests being preflights', () => {
    expect(watched('RequestsTurnedAway')).toEqual({
      away: 'TurnedAway Sum 900',
      asked: 'Count SampleCount 900',
    });
    expect(rings(alarm('RequestsTurnedAway'), [{ away: 20, asked: 40 }])).toBe(true);
  });

  test.each([
    ['tokens that run out', { away: 30, asked: 1000 }],
    ['a handful of strangers on an API that nobody uses', { away: 9, asked: 9 }],
    ['nothing was turned away', { asked: 1000 }],
  ])('is quiet: %s', (_, counted) => {
    expect(rings(alarm('RequestsTurnedAway'), [counted])).toBe(false);
  });
});

describe('StartsFailingFast and StartsFailingSlowly', () => {
  test('ring by what the function of starts counts, at the objective of the settings', () => {
    for (const [name, threshold] of [
      ['StartsFailingFast', 0.144],
      ['StartsFailingSlowly', 0.06],
    ] as const) {
      const rule = JSON.stringify(alarm(name).AlarmRule);
      const parts = alarms.filter(({ id }) => rule.includes(`"${id}"`));
      expect(parts.map(({ Threshold }) => Threshold)).toEqual([threshold, threshold]);
      for (const part of parts) {
        expect(JSON.stringify(part.Metrics)).toMatch(/Rejoinstart.+"MetricName":"Failed"/);
        expect(rings(part, [{ answered: 20, failed: 0.2, ...several(part, 3) }])).toBe(true);
        expect(rings(part, [{ answered: 9, failed: 1 }])).toBe(false);
      }
    }
  });
});

describe('one player alone', () => {
  test.each(['ReconnectsFailingFast', 'ReconnectsFailingSlowly', 'StartsFailingFast', 'StartsFailingSlowly'])(
    'does not ring %s, which is about everybody, though every counted answer of hours is the player’s own failure',
    (name) => {
      const rule = JSON.stringify(alarm(name).AlarmRule);
      const parts = alarms.filter(({ id }) => rule.includes(`"${id}"`));
      const ringBy = (players: number) =>
        parts.every((part) => rings(part, [{ answered: 72, failed: 1, ...several(part, players) }]));
      expect([1, 2, 3, 10].map(ringBy)).toEqual([false, false, true, true]);
    },
  );

  test.each([
    'NobodyGetsBack',
    'NobodyStarts',
    'LooksFailing',
    'RequestsTurnedAway',
    'AnswersSlow',
    'PacingSustained',
  ])('may ring %s, and whoever is called reads so at once', (name) => {
    expect(alarm(name).AlarmDescription).toMatch(/\bone\b/);
    expect(runbook.split(`### ${name}\n`)[1]?.split('\n### ')[0]).toMatch(/\bone (player|page|session)\b/);
  });

  test('the runbook says of each alarm of players whether it needs several of them', () => {
    const [, chapter = ''] = runbook.split('### Whom an alarm is about\n');
    const named = [
      ...(chapter.split('\n### ')[0] ?? '').matchAll(/\b[A-Z][a-z]+[A-Z]\w+|\bMisconfigured\b/g),
    ].map(([name]) => name);
    const ringing = alarms.filter(({ AlarmActions }) => AlarmActions).map(nameOf);
    expect([...new Set(named)].filter((name) => ringing.includes(name)).toSorted()).toEqual(
      ringing.toSorted(),
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
    '%s rings after as many as it says, though the newest is still to be counted',
    (name, many, bad) => {
      expect(rings(alarm(name), times(many, bad))).toBe(true);
      expect(rings(alarm(name), [...times(many, bad), {}])).toBe(true);
      expect(rings(alarm(name), times(many - 1, bad))).toBe(false);
    },
  );

  test.each([['AnswersSlow'], ['PacingSustained'], ['TableThrottled'], ['FunctionsThrottled']])(
    '%s has a value where nothing was counted: it looks no further back, and does not stick',
    (name) => {
      expect(valueAt(alarm(name), {})).toBe(0);
    },
  );

  test('is not rung by one throttle, which the client repeats', () => {
    expect(rings(alarm('FunctionsThrottled'), [...times(4, {}), { sumThrottles0: 1 }])).toBe(false);
  });
});

test('AnswersSlow is not rung by the one slow answer of a quiet night', () => {
  expect(rings(alarm('AnswersSlow'), times(4, { answered: 1, slowest: 9000 }))).toBe(false);
});

describe('whoever is called', () => {
  const ringing = (all: typeof alarms) => all.filter(({ AlarmActions }) => AlarmActions);

  test('hears also that it is over, so that an incident resolves by itself', () => {
    expect(ringing(alarms).length).toBeGreaterThan(12);
    for (const each of ringing(alarms))
      expect([nameOf(each), each.OKActions]).toEqual([nameOf(each), [alarmTopic]]);
  });

  test('hears no end of a use, which has none', () => {
    const news = ['AdminShellUsed', 'TerminateUsed', 'StrangerRefused'];
    for (const each of operatorAlarms) {
      expect([nameOf(each), each.OKActions]).toEqual([
        nameOf(each),
        news.includes(nameOf(each)) ? undefined : [alarmTopic],
      ]);
    }
  });

  test('reads which chapter it is', () => {
    for (const each of [...ringing(alarms), ...operatorAlarms]) {
      expect(each.AlarmDescription).toMatch(
        new RegExp(` See docs/(runbook|operator)\\.md#${nameOf(each).toLowerCase()}$`),
      );
    }
  });
});

test('CloudWatch takes every alarm: periods within a day, and metrics within ten', () => {
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
