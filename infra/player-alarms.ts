/**
 * What wakes somebody up: symptoms that players feel, each with a chapter of its name in docs/runbook.md. An error budget
 * is burnt fast or slowly, as in the Site Reliability Workbook's "Alerting on SLOs": a long window shows that it matters, a
 * short one that it still goes on.
 */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmBase,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  type CreateAlarmOptions,
  type IAlarmAction,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { alarmActions } from './alarm-topic.ts';
import { ownMetric, sumOf } from './own-metrics.ts';

/** Of the reconnects that could have succeeded, so many must: the rest is the error budget of a month. */
const objective = 0.99;
/** With fewer answers than this in a window a single player's bad luck would look like an outage. */
const fewAnswers = 10;
/** What 95 of 100 players who reconnect may have to wait for an answer, in milliseconds. */
const slowMs = 3000;

/** How many times faster than it lasts a budget is spent, in both windows; minutes. */
const burns = [
  { name: 'ReconnectsFailingFast', times: 14.4, windows: [60, 5] },
  { name: 'ReconnectsFailingSlowly', times: 6, windows: [360, 30] },
] as const;

/** Functions of the player API by their routes' names. */
export type PlayerFunctions = Readonly<Record<string, IFunction>>;

export interface PlayerAlarmsProps {
  readonly functions: PlayerFunctions;
  readonly table: Table;
  readonly topicArn: string | undefined;
}

/** The function of a route; there always is one. */
export function functionOf(functions: PlayerFunctions, route: string): IFunction {
  const found = functions[route];
  if (!found) throw new Error(`There is no route ${route} to watch`);
  return found;
}

export class PlayerAlarms extends Construct {
  /** Those that ring, in the order of the dashboard. */
  readonly all: readonly AlarmBase[];
  readonly #actions: IAlarmAction[];

  /** @throws {SettingsError} when the stack's Region is fixed and the topic lies in another one */
  constructor(scope: Construct, id: string, { functions, table, topicArn }: PlayerAlarmsProps) {
    super(scope, id);
    this.#actions = alarmActions(this, topicArn);
    const reconnect = functionOf(functions, 'reconnect');
    const every = Object.values(functions);
    const burning = burns.map((burn) => this.#burning(burn, reconnect));
    const answersSlow = this.#alarm(
      'AnswersSlow',
      '5 of 100 reconnects wait longer than 3 seconds for their answer, for 15 minutes',
      ownMetric(reconnect, 'AnswerTime', { statistic: 'p95', minutes: 5 }),
      { threshold: slowMs, evaluationPeriods: 3 },
    );
    const paced = ['reconnect', 'start'].map((route) =>
      ownMetric(functionOf(functions, route), 'Requests', { statistic: 'Sum', outcome: 'paced' }),
    );
    const pacing = this.#alarm(
      'PacingSustained',
      "players have waited for a turn at AWS's quota for 10 minutes without a pause",
      sumOf(paced),
      { threshold: 1, evaluationPeriods: 10 },
    );
    const misconfigured = this.#alarm(
      'Misconfigured',
      'AWS denied or does not accept what the functions ask, or they have a defect',
      sumOf(every.map((each) => ownMetric(each, 'Misconfigured', { statistic: 'Sum' }))),
      { threshold: 1, evaluationPeriods: 1 },
    );
    const period = Duration.minutes(5);
    const dead = this.#alarm(
      'FunctionsDead',
      'functions die instead of answering: they crash, run out of time or do not even start',
      sumOf(every.map((each) => each.metricErrors({ period }))),
      { threshold: 3, evaluationPeriods: 1 },
    );
    const held = this.#alarm(
      'FunctionsThrottled',
      "Lambda turns requests away: the account's concurrency is used up",
      sumOf(every.map((each) => each.metricThrottles({ period }))),
      { threshold: 1, evaluationPeriods: 1 },
    );
    const throttled = this.#alarm(
      'TableThrottled',
      'the session table has turned requests away for 5 minutes without a pause',
      sumOf(
        ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
          table.metric(name, { statistic: 'Sum', period: Duration.minutes(1) }),
        ),
      ),
      { threshold: 10, evaluationPeriods: 5 },
    );
    this.all = [...burning, answersSlow, pacing, misconfigured, dead, held, throttled];
  }

  #burning({ name, times, windows }: (typeof burns)[number], reconnect: IFunction): AlarmBase {
    const threshold = times * (1 - objective);
    const parts = windows.map((minutes) => {
      const failures = new MathExpression({
        expression: `IF(answered >= ${fewAnswers}, failed, 0)`,
        usingMetrics: {
          answered: ownMetric(reconnect, 'Failed', { statistic: 'SampleCount', minutes }),
          failed: ownMetric(reconnect, 'Failed', { statistic: 'Average', minutes }),
        },
        period: Duration.minutes(minutes),
      });
      return failures.createAlarm(this, `${name}Within${minutes}Minutes`, {
        ...atLeast,
        alarmDescription: `A part of ${name}, which rings; this one does not.`,
        threshold: Number(threshold.toFixed(4)),
        evaluationPeriods: 1,
      });
    });
    const alarm = new CompositeAlarm(this, name, {
      alarmDescription: described(
        name,
        `reconnects fail so often that a month's error budget is spent ${times} times too fast`,
      ),
      alarmRule: AlarmRule.allOf(...parts.map((part) => AlarmRule.fromAlarm(part, AlarmState.ALARM))),
    });
    alarm.addAlarmAction(...this.#actions);
    return alarm;
  }

  #alarm(
    name: string,
    means: string,
    metric: IMetric,
    when: Pick<CreateAlarmOptions, 'threshold' | 'evaluationPeriods'>,
  ): Alarm {
    const alarm = new Alarm(this, name, {
      ...atLeast,
      ...when,
      metric,
      alarmDescription: described(name, means),
    });
    alarm.addAlarmAction(...this.#actions);
    return alarm;
  }
}

const atLeast = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};

function described(name: string, means: string): string {
  return `${name}: ${means}. See docs/runbook.md`;
}
