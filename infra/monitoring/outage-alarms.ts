/** Outages in which each part may look well: nobody gets through at all, nobody is let in, or what gets through carries nothing. */
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Alarm, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type AlarmContext, ringing } from './alarm.ts';
import { ownMetric, SEVERAL_PLAYERS } from './own-metrics.ts';
import type { RejectedRequests } from './rejected-requests.ts';

/** A player counts once in five minutes, so these are several players, or one for a quarter of an hour: where few play it is often one. */
const fewFailures = 3;

/**
 * All failed, however few: where too few play for a part of failures to say anything.
 *
 * @param means what nobody does
 */
export function nobodyAlarm(bell: AlarmContext, name: string, means: string, counting: IFunction): Alarm {
  const minutes = 60;
  return ringing(
    bell,
    name,
    `${means}: within an hour at least ${fewFailures} failures, and nothing else; it is often one player alone`,
    new MathExpression({
      expression: 'IF(answered <= failed, failed, 0)',
      usingMetrics: {
        answered: ownMetric(counting, 'Failed', { statistic: 'SampleCount', minutes }),
        failed: ownMetric(counting, 'Failed', { statistic: 'Sum', minutes }),
      },
      period: Duration.minutes(minutes),
    }),
    { threshold: fewFailures, evaluationPeriods: 1 },
  );
}

/** AWS answers, and the players ask again at once: their streams do not come about. */
export function relapseAlarm(bell: AlarmContext, reconnect: IFunction, leastAnswers: number): Alarm {
  const minutes = 15;
  return ringing(
    bell,
    'ConnectionsNotHolding',
    `of 100 reconnects of 15 minutes, 30 or more follow within 30 seconds on one that AWS had answered, of ${SEVERAL_PLAYERS} players or more within an hour`,
    new MathExpression({
      expression: `IF(answered >= ${leastAnswers}, IF(FILL(players, 0) >= ${SEVERAL_PLAYERS}, FILL(relapses, 0) / answered, 0), 0)`,
      usingMetrics: {
        answered: ownMetric(reconnect, 'Failed', { statistic: 'SampleCount', minutes }),
        relapses: ownMetric(reconnect, 'Relapses', { statistic: 'Sum', minutes }),
        players: ownMetric(reconnect, 'PlayersRelapsed', { statistic: 'Maximum', minutes }),
      },
      period: Duration.minutes(minutes),
    }),
    { threshold: 0.3, evaluationPeriods: 1 },
  );
}

/** Status polls are answered 200 with what was known before, so a player who starts waits and waits. */
export function looksAlarm(bell: AlarmContext, status: IFunction, leastAnswers: number): Alarm {
  const minutes = 10;
  return ringing(
    bell,
    'LooksFailing',
    'AWS fails half of the looks at sessions, for 10 minutes: players who start wait for an answer that nobody sees; where few play it is often the session of one',
    new MathExpression({
      expression: `IF(looked >= ${leastAnswers}, failed, 0)`,
      usingMetrics: {
        looked: ownMetric(status, 'LooksFailed', { statistic: 'SampleCount', minutes }),
        failed: ownMetric(status, 'LooksFailed', { statistic: 'Average', minutes }),
      },
      period: Duration.minutes(minutes),
    }),
    { threshold: 0.5, evaluationPeriods: 1 },
  );
}

/** What no function can count: a wrong issuer, the stage's throttle, an integration that is denied. */
export function turnedAwayAlarm(
  bell: AlarmContext,
  { api, turnedAway, leastAnswers }: { api: HttpApi; turnedAway: RejectedRequests; leastAnswers: number },
): Alarm {
  const minutes = 15;
  return ringing(
    bell,
    'RequestsTurnedAway',
    'of 100 requests of 15 minutes, 25 or more were answered 401, 403, 429 or 5xx without reaching a function; it is often one page, or one stranger',
    new MathExpression({
      expression: `IF(FILL(away, 0) >= ${leastAnswers}, FILL(away, 0) / asked, 0)`,
      usingMetrics: {
        away: turnedAway.metric(minutes),
        asked: api.metricCount({ period: Duration.minutes(minutes) }),
      },
      period: Duration.minutes(minutes),
    }),
    { threshold: 0.25, evaluationPeriods: 1 },
  );
}
