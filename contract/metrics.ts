/** What the functions count, and the alarms and the dashboard watch. */
import type { OperatorProblemCode } from './operator-problems.ts';
import type { ProblemCode } from './problems.ts';
import type { RouteName } from './routes.ts';

/** CloudWatch shows the metrics under these names. */
export const METRICS_NAMESPACE = 'Rejoin';
export const SERVICE_NAME = 'rejoin';

/** Requests that API Gateway refuses by itself: counted in its access log, by the dimension `ApiId`. */
export const REJECTED_REQUESTS_METRIC = 'TurnedAway';

/** A use of the operator API that is recorded, and the metric that counts it. */
export const OPERATOR_USE_METRICS = {
  adminShell: 'AdminShellUses',
  terminate: 'OperatorTerminateUses',
  export: 'OperatorExportUses',
  forget: 'OperatorForgetUses',
  brake: 'OperatorBrakeUses',
} as const;

export type OperatorUse = keyof typeof OPERATOR_USE_METRICS;

/** What is counted of the answers of some routes, see `ANSWER_METRICS`. */
export type AnswerMetric =
  | 'Failed'
  | 'AnswerTime'
  | 'OwnTime'
  | 'AwsTime'
  | 'NoticeTime'
  | 'PacerWait'
  | 'PacerQueue'
  | 'Throttles'
  | 'Relapses'
  | 'PlayersFailed'
  | 'PlayersRelapsed'
  | 'LooksFailed'
  | 'Replays'
  | 'Adopted'
  | 'BackAfter'
  | 'NeverBack'
  | 'LeftWhileLost';

/** The metrics of the functions, by function name. `Requests` also has the dimension `outcome`; `Misconfigured` counts on every route. */
export type OwnMetric =
  | AnswerMetric
  | 'Requests'
  | 'Misconfigured'
  | (typeof OPERATOR_USE_METRICS)[OperatorUse];

/** What an alarm or a graph of `Requests` selects: the status of a success, or the code of a refusal. */
export type Outcome = `${number}` | ProblemCode | OperatorProblemCode;

/** What is counted of a route's answers. */
export interface CountedAnswers {
  /** `Requests`, by these outcomes. */
  readonly outcomes: 'all' | readonly Outcome[];
  readonly metrics: readonly AnswerMetric[];
}

const STRANGERS: CountedAnswers = { outcomes: ['not_an_operator'], metrics: [] };
const RECORDED_USES: CountedAnswers = { outcomes: ['not_an_operator', 'audit_unavailable'], metrics: [] };
const NOTHING: CountedAnswers = { outcomes: [], metrics: [] };

/** Only what an alarm or a graph shows, by route. Each series costs money per month, and each name makes the log line longer. */
export const ANSWER_METRICS: Readonly<Record<RouteName, CountedAnswers>> = {
  start: { outcomes: 'all', metrics: ['Failed', 'PlayersFailed', 'Throttles', 'Replays'] },
  status: { outcomes: ['stream_session_not_found'], metrics: ['LooksFailed', 'Throttles', 'Adopted'] },
  sessions: NOTHING,
  reconnect: {
    outcomes: 'all',
    metrics: [
      ...(['Failed', 'AnswerTime', 'OwnTime', 'AwsTime', 'PacerWait', 'PacerQueue'] as const),
      ...(['Relapses', 'PlayersFailed', 'PlayersRelapsed', 'Throttles', 'Replays', 'Adopted'] as const),
      'NoticeTime',
    ],
  },
  terminate: NOTHING,
  recoveries: { outcomes: [], metrics: ['BackAfter', 'NeverBack', 'LeftWhileLost'] },
  'operator-shell': RECORDED_USES,
  'operator-sessions': STRANGERS,
  'operator-terminate': RECORDED_USES,
  'operator-export': RECORDED_USES,
  'operator-forget': RECORDED_USES,
  'operator-brake': RECORDED_USES,
  'operator-brake-status': STRANGERS,
};
