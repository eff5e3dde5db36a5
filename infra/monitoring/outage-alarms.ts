/** Outages that leave each part looking healthy: nobody gets through, nobody is let in, or connections carry no stream. */
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Alarm, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type AlarmContext, createAlarm } from './alarm.ts';
import { ownMetric, SEVERAL_PLAYERS } from './own-metrics.ts';
import { probeRequests } from './probe.ts';
import { whoFailed } from './queries.ts';
import type { RejectedRequests } from './rejected-requests.ts';

/**
 * Each player counts once in five minutes. So these are several players, or one player for a quarter of an hour, which is
 * common with few players.
 */
const fewFailures = 3;

/**
 * Every response was a failure. It works with few players, when a failure ratio means nothing.
 *
 * @param means what no player did, without a full stop
 */
export function totalLossAlarm(context: AlarmContext, name: string, means: string, fn: IFunction): Alarm {
  const minutes = 60;
  return createAlarm(
    context,
    name,
    `${means} in the last hour: ${fewFailures} or more requests failed, and none succeeded. This is often one player: run the saved query "${whoFailed}".`,
    new MathExpression({
      expression: 'IF(answered <= failed, failed, 0)',
      usingMetrics: {
        answered: ownMetric(fn, 'Failed', { statistic: 'SampleCount', minutes }),
        failed: ownMetric(fn, 'Failed', { statistic: 'Sum', minutes }),
      },
      period: Duration.minutes(minutes),
    }),
    { threshold: fewFailures, evaluationPeriods: 1 },
  );
}

/** AWS accepts reconnects, and the players send another one at once: their streams do not start. */
export function unstableConnectionsAlarm(
  context: AlarmContext,
  reconnect: IFunction,
  leastAnswers: number,
): Alarm {
  const minutes = 15;
  return createAlarm(
    context,
    'ConnectionsNotHolding',
    `30 % or more of the answered reconnects were followed by another one within 30 seconds: no stream came, or it did not last. This was true over the last ${minutes} minutes, and ${SEVERAL_PLAYERS} or more players were affected within an hour.`,
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

/** Status polls get a 200 with older data, so a player who starts a session waits for ever. */
export function statusLookupAlarm(context: AlarmContext, status: IFunction, leastAnswers: number): Alarm {
  const minutes = 10;
  return createAlarm(
    context,
    'LooksFailing',
    `In the last ${minutes} minutes AWS failed 50 % or more of the status lookups. Players who start a session wait and get no stream. With few players, this is often one player's session.`,
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

/** Requests that no function sees: a wrong issuer, the throttle of the stage, an integration without permission. */
export function rejectedRequestsAlarm(
  context: AlarmContext,
  {
    api,
    rejectedRequests,
    leastAnswers,
    probe,
  }: {
    api: HttpApi;
    rejectedRequests: RejectedRequests;
    leastAnswers: number;
    probe?: IFunction | undefined;
  },
): Alarm {
  const minutes = 15;
  // The probe is refused once a minute. In a quiet night it may be the only caller, and must not raise the alarm.
  const probed = probe && probeRequests(probe, minutes);
  const away = probed ? `(FILL(away, 0) - (${probed.expression}))` : 'FILL(away, 0)';
  const asked = probed ? `(asked - (${probed.expression}))` : 'asked';
  return createAlarm(
    context,
    'RequestsTurnedAway',
    `API Gateway refused 25 % or more of all requests of the last ${minutes} minutes with 401, 403, 429 or 5xx. No function received them. Often one page, or one stranger, sends them.`,
    new MathExpression({
      expression: `IF(${away} >= ${leastAnswers}, ${away} / ${asked}, 0)`,
      usingMetrics: {
        away: rejectedRequests.metric(minutes),
        asked: api.metricCount({ period: Duration.minutes(minutes) }),
        ...probed?.usingMetrics,
      },
      period: Duration.minutes(minutes),
    }),
    { threshold: 0.25, evaluationPeriods: 1 },
  );
}
