import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { measured } from './measured.ts';

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
export interface Answered {
  /** The status such as `201`, or a problem's code. */
  outcome: string;
  /** The service's own failure, the caller's own doing, or neither: what waits for its turn in time is still under way. */
  verdict: 'good' | 'bad' | 'neither';
  /** The answer was given before. */
  replayed: boolean;
  milliseconds: number;
  /** What the caller was told to wait for a turn, in milliseconds. */
  waitMs?: number | undefined;
  /** The place in line that the caller was told. */
  place?: number | undefined;
}

/** Counts one answered request. Of what rarely happens nothing is sent when it did not. */
export function countAnswer(answered: Answered): void {
  const { outcome, verdict, replayed, milliseconds, waitMs = 0, place = 0 } = answered;
  const { awsMs, waitedMs, throttles, denials, adopted } = measured;
  requests.addDimension('outcome', outcome).addMetric('Requests', MetricUnit.Count, 1);
  const time = (name: string, value: number) =>
    metrics.addMetric(name, MetricUnit.Milliseconds, Math.round(value));
  time('AnswerTime', milliseconds);
  time('OwnTime', Math.max(0, milliseconds - awsMs - waitedMs));
  if (awsMs > 0) time('AwsTime', awsMs);
  if (waitedMs + waitMs > 0) time('PacerWait', waitedMs + waitMs);
  // Its average is the part of failures, its sample count what could have failed.
  if (verdict !== 'neither') metrics.addMetric('Failed', MetricUnit.Count, verdict === 'bad' ? 1 : 0);
  const misconfigured = outcome === 'broker_misconfigured' || denials > 0;
  const rare = {
    PacerQueue: place,
    Throttles: throttles,
    Replays: Number(replayed),
    Adopted: adopted,
    Misconfigured: Number(misconfigured),
  };
  for (const [name, value] of Object.entries(rare)) {
    if (value > 0) metrics.addMetric(name, MetricUnit.Count, value);
  }
}
