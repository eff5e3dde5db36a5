import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { burnRates, burnThreshold } from '../../../infra/monitoring/burn-rate-alarms.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';
import { parseSettings, type SettingsInput } from '../../../infra/settings/settings.ts';
import { linesOf } from '../setting-lines.ts';
import { templateOf, text, withProvider } from '../synth.ts';
import { alarmsOf, nameOf } from './alarms-of.ts';

const alarmsWith = (alarms: SettingsInput['alarms']) => alarmsOf(templateOf({ ...withProvider, alarms }));

/** A composite alarm and the two alarms that it is made of. */
function compositeAlarm(name: string, alarms: ReturnType<typeof alarmsOf>) {
  const composite = alarms.find((alarm) => nameOf(alarm) === name);
  const rule = text(composite.AlarmRule);
  return { composite, rule, parts: alarms.filter(({ id }) => rule.includes(`\${${id}.Arn}`)) };
}

/** `[threshold, expression]` of each part of the burn rate alarms. */
const partsOfBurnRates = (alarms: ReturnType<typeof alarmsOf>) =>
  burnRates.map(({ suffix }) =>
    compositeAlarm(`ReconnectsFailing${suffix}`, alarms).parts.map(({ Threshold, Metrics }) => [
      Threshold,
      Metrics[0].Expression,
    ]),
  );

describe('a burn rate alarm', () => {
  test.each([
    ['ReconnectsFailingFast', 0.144, [300, 3600]],
    ['ReconnectsFailingSlowly', 0.06, [1800, 21_600]],
  ] as const)('%s is in alarm only while both windows are', (name, threshold, periods) => {
    const { rule, parts } = compositeAlarm(name, alarmsWith(undefined));
    expect(rule).toMatch(/^\(ALARM\(.+\) AND ALARM\(.+\)\)$/);
    expect(parts.map(({ Threshold }) => Threshold)).toEqual([threshold, threshold]);
    const windows = parts.flatMap(({ Metrics }) =>
      Metrics.flatMap(({ MetricStat }: { MetricStat?: { Period: number } }) => MetricStat?.Period ?? []),
    );
    expect([...new Set(windows)].toSorted((a, b) => a - b)).toEqual(periods);
  });

  test("uses the deployer's objective and least number of responses", () => {
    expect(partsOfBurnRates(alarmsWith({ reconnectObjective: 0.999, leastAnswers: 200 }))).toEqual([
      [
        [0.0144, 'IF(answered >= 200, IF(FILL(players, 0) >= 3, failed, 0), 0)'],
        [0.0144, 'IF(answered >= 200, failed, 0)'],
      ],
      [
        [0.006, 'IF(answered >= 200, IF(FILL(players, 0) >= 3, failed, 0), 0)'],
        [0.006, 'IF(answered >= 200, failed, 0)'],
      ],
    ]);
  });

  test('can start and can end, for every objective that the settings allow', () => {
    const allowed = (reconnectObjective: number) =>
      linesOf({ ...withProvider, alarms: { reconnectObjective } }).length === 0;
    expect([0.9499, 0.95, 0.9999, 0.99991, 1].map(allowed)).toEqual([false, true, true, false, false]);
    const objectives = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.95, max: 0.9999, noNaN: true }),
      fc.constantFrom(0.95, 0.9999),
    );
    fc.assert(
      fc.property(objectives.filter(allowed), (objective) => {
        const [fast, slow] = burnRates.map(({ factor }) => burnThreshold(factor, objective));
        // A failure ratio is at least 0, and an alarm at 0 would never end. It is at most 1.
        expect(slow).toBeGreaterThan(0.0001);
        expect(fast).toBeGreaterThan(slow ?? 0);
        expect(fast).toBeLessThan(1);
      }),
    );
  });

  test("describes the deployer's objective, not the default", () => {
    const descriptions = (alarms: SettingsInput['alarms']) =>
      burnRates.map(
        ({ suffix }) =>
          compositeAlarm(`ReconnectsFailing${suffix}`, alarmsWith(alarms)).composite.AlarmDescription,
      );
    expect(descriptions({ reconnectObjective: 0.999 })).toEqual([
      expect.stringContaining('1.44 % or more of the reconnects fail; 0.1 % is allowed.'),
      expect.stringContaining('0.6 % or more of the reconnects fail; 0.1 % is allowed.'),
    ]);
    expect(descriptions(undefined)).toEqual([
      expect.stringContaining('14.4 % or more of the reconnects fail; 1 % is allowed.'),
      expect.stringContaining('6 % or more of the reconnects fail; 1 % is allowed.'),
    ]);
  });
});

describe('the alarm AnswersSlow', () => {
  const slow = (alarms: SettingsInput['alarms']) =>
    alarmsWith(alarms).find((alarm) => nameOf(alarm) === 'AnswersSlow');

  test("uses the deployer's threshold and names it", () => {
    expect(slow({ slowAnswerSeconds: 2.3 })).toMatchObject({
      Threshold: 2300,
      DatapointsToAlarm: 3,
      AlarmDescription: expect.stringContaining('wait 2.3 seconds or longer'),
    });
    expect(slow(undefined).Threshold).toBe(3000);
  });

  test("has no threshold above the function's time-out, where no response would be measured", () => {
    const { timeoutSeconds = 0 } = playerRoutes.find(({ name }) => name === 'reconnect') ?? {};
    const most = { ...withProvider, alarms: { slowAnswerSeconds: timeoutSeconds - 1 } };
    expect(linesOf(most)).toEqual([]);
    expect(linesOf({ ...withProvider, alarms: { slowAnswerSeconds: timeoutSeconds } })).toHaveLength(1);
  });
});

describe('the runbook', () => {
  const runbook = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'runbook.md'), 'utf8');
  const chapter = (name: string) => runbook.split(`### ${name}\n`)[1]?.split('\n### ')[0] ?? '';
  const { reconnectObjective, leastAnswers, slowAnswerSeconds } = parseSettings(withProvider).alarms;

  test('gives the default figures, and names the settings that change them', () => {
    for (const { suffix, factor } of burnRates) {
      const name = `ReconnectsFailing${suffix}`;
      const part = Number((100 * burnThreshold(factor, reconnectObjective)).toFixed(4));
      expect(chapter(name)).toContain(`${part} %`);
      expect(chapter(name)).toContain('`alarms.reconnectObjective`');
    }
    expect(chapter('AnswersSlow')).toMatch(
      new RegExp(`\\b${slowAnswerSeconds} seconds or longer[^]+\`alarms\\.slowAnswerSeconds\``),
    );
    expect(runbook).toContain(`${leastAnswers} answers (\`alarms.leastAnswers\`)`);
  });
});
