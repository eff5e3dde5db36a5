import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SliOutcome } from '../problems/problems.ts';
import type { RequestMetrics } from './request-metrics.ts';

/** Fields a log line may carry: identifiers and outcomes, never a token, an SDP or a URL. */
export interface LogFields {
  playerId?: string;
  streamGroupId?: string;
  streamSessionId?: string;
  connectionId?: string;
  status?: string;
  code?: string;
  cause?: string;
  /** Until when a lease lasted, ISO 8601: a function died a moment before. */
  until?: string;
}

/** One line a life-cycle step at `info`; `warn` for what a person may want to see; `error` for alarms. */
export interface Log {
  info(step: string, fields: LogFields): void;
  warn(step: string, fields: LogFields): void;
  error(step: string, fields: LogFields): void;
}

/** Every byte of a line is paid for, so a line does not repeat what its log group says already: which function, how large. */
class CompactLogFormatter extends LogFormatter {
  override formatAttributes(
    { logLevel, message, timestamp, lambdaContext, xRayTraceId }: UnformattedAttributes,
    fields: LogAttributes,
  ): LogItem {
    return new LogItem({
      attributes: {
        level: logLevel,
        message,
        timestamp: this.formatTimestamp(timestamp),
        function_request_id: lambdaContext?.awsRequestId,
        xray_trace_id: xRayTraceId,
      },
    }).addAttributes(fields);
  }
}

export const logger = new Logger({ logFormatter: new CompactLogFormatter() });
/** By the function's name, since an account may hold several deployments. Nothing of a player is ever a dimension. */
const defaultDimensions = { FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown' };
export const metrics = new Metrics({ defaultDimensions });
/** Lines of their own: as a dimension of all the others the outcome would multiply them. Made once, as making one reads the environment. */
const requests = new Metrics({ defaultDimensions, singleMetric: true });

/** The sandbox's log. The messages are fixed strings, so that a query can count them. */
export const log: Log = {
  info: (step, fields) => logger.info(step, { ...fields }),
  warn: (step, fields) => logger.warn(step, { ...fields }),
  error: (step, fields) => logger.error(step, { ...fields }),
};

/** One answered request, as its metrics see it. */
export interface AnsweredRequest {
  /** The status such as `201`, or a problem's code. */
  outcome: string;
  verdict: SliOutcome;
  /** The answer was given before. */
  replayed: boolean;
  milliseconds: number;
  /** What the caller was told to wait for a turn, in milliseconds. */
  waitMs?: number | undefined;
  /** The place in line that the caller was told. */
  place?: number | undefined;
}

/** What is counted of a route's answers. */
interface CountedMetrics {
  /** `Requests`, by these outcomes. */
  outcomes: 'all' | readonly string[];
  metrics: ReadonlySet<string>;
}

/**
 * Only what an alarm or a widget looks at, by route: each series is paid for by the month, and each name by the line. What is
 * `Misconfigured` counts everywhere.
 */
const COUNTED: Readonly<Record<string, CountedMetrics>> = {
  reconnect: {
    outcomes: 'all',
    metrics: new Set([
      ...['Failed', 'AnswerTime', 'OwnTime', 'AwsTime', 'PacerWait', 'PacerQueue'],
      ...['Relapses', 'PlayersFailed', 'PlayersRelapsed', 'Throttles', 'Replays', 'Adopted', 'NoticeTime'],
    ]),
  },
  start: { outcomes: 'all', metrics: new Set(['Failed', 'PlayersFailed', 'Throttles', 'Replays']) },
  status: {
    outcomes: ['stream_session_not_found'],
    metrics: new Set(['LooksFailed', 'Throttles', 'Adopted']),
  },
  'operator-shell': { outcomes: ['not_an_operator', 'audit_unavailable'], metrics: new Set() },
  'operator-sessions': { outcomes: ['not_an_operator'], metrics: new Set() },
  'operator-terminate': { outcomes: ['not_an_operator', 'audit_unavailable'], metrics: new Set() },
};
const NOTHING: CountedMetrics = { outcomes: [], metrics: new Set() };

/** Counts one answered request of a route. Of what rarely happens nothing is sent when it did not. */
export function countAnswer(route: string, answered: AnsweredRequest, spent: RequestMetrics): void {
  const { outcome, verdict, replayed, milliseconds, waitMs = 0, place = 0 } = answered;
  const { awsMs, waitedMs, lookups, failedLookups, relapse, throttles, denials, adopted } = spent;
  const { failedPlayers, relapsedPlayers, noticeMs } = spent;
  const { outcomes, metrics: names } = COUNTED[route] ?? NOTHING;
  if (outcomes === 'all' || outcomes.includes(outcome)) {
    requests.addDimension('outcome', outcome).addMetric('Requests', MetricUnit.Count, 1);
  }
  const add = (name: string, value: number, unit: keyof typeof MetricUnit = 'Count') => {
    if (names.has(name)) metrics.addMetric(name, MetricUnit[unit], value);
  };
  const time = (name: string, value: number) => add(name, Math.round(value), 'Milliseconds');
  // A refusal by the rules is quick, and would make the others look so.
  if (verdict !== 'neither') {
    time('AnswerTime', milliseconds);
    time('OwnTime', Math.max(0, milliseconds - awsMs - waitedMs));
    if (awsMs > 0) time('AwsTime', awsMs);
    // Its average is the part of failures, its sample count what could have failed.
    add('Failed', verdict === 'bad' ? 1 : 0);
  }
  if (waitedMs + waitMs > 0) time('PacerWait', waitedMs + waitMs);
  if (noticeMs !== undefined) time('NoticeTime', noticeMs);
  if (lookups > 0) add('LooksFailed', failedLookups / lookups);
  if (place > 0) add('PacerQueue', place);
  if (failedPlayers > 0) add('PlayersFailed', failedPlayers);
  if (relapse === 'counted') add('Relapses', 1);
  if (relapsedPlayers > 0) add('PlayersRelapsed', relapsedPlayers);
  if (throttles > 0) add('Throttles', throttles);
  if (replayed) add('Replays', 1);
  if (adopted > 0) add('Adopted', adopted);
  if (outcome === 'broker_misconfigured' || denials > 0) {
    metrics.addMetric('Misconfigured', MetricUnit.Count, 1);
  }
}

/** Counts at once, on a line of its own, that the table refused a call: the answer need not tell of it. */
export function countDeniedTable(): void {
  metrics.singleMetric().addMetric('Misconfigured', MetricUnit.Count, 1);
}

/** Writes down what was counted, where anything was. */
export function publish(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
