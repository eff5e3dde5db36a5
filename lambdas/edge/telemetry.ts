import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Fields a log line may carry: identifiers and outcomes, never a token, an SDP or a URL. */
export interface LogFields {
  playerId?: string;
  streamGroupId?: string;
  streamSessionId?: string;
  connectionId?: string;
  status?: string;
  code?: string;
  cause?: string;
}

/** One line a life-cycle step at `info`; `warn` for what a person may want to see; `error` for alarms. */
export interface Log {
  info(step: string, fields: LogFields): void;
  warn(step: string, fields: LogFields): void;
  error(step: string, fields: LogFields): void;
}

export const logger = new Logger();
export const metrics = new Metrics();

/** The sandbox's log. The messages are fixed strings, so that a query can count them. */
export const log: Log = {
  info: (step, fields) => logger.info(step, { ...fields }),
  warn: (step, fields) => logger.warn(step, { ...fields }),
  error: (step, fields) => logger.error(step, { ...fields }),
};

/** Counts one answered request by route and outcome (a status such as `201`, or a problem's code). */
export function countOutcome(route: string, outcome: string, milliseconds: number): void {
  metrics.addDimensions({ route, outcome });
  metrics.addMetric('Requests', MetricUnit.Count, 1);
  metrics.addMetric('AnswerTime', MetricUnit.Milliseconds, milliseconds);
}
