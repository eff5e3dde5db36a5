import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/** Fields a log line may carry: identifiers and outcomes, never a token, an SDP or a URL. */
export interface LogFields {
  playerId?: string;
  streamGroupId?: string;
  streamSessionId?: string;
  connectionId?: string;
  status?: string;
  code?: string;
  cause?: string;
  /** On the lines that the metric `Failed` counts: a query finds by them whom an alarm is about. */
  countedAs?: 'failure';
  /** Until when a lease lasted, ISO 8601: a function died a moment before. */
  until?: string;
  /** A player's report of a recovery: words of ours, and numbers; see `routes/recoveries/recovery.ts`. */
  outcome?: string;
  why?: string;
  ending?: string;
  silentMs?: number;
  attempts?: number;
  agoMs?: number;
}

/** One line a life-cycle step at `info`; `warn` for what a person may want to see; `error` for alarms. */
export interface Log {
  info(step: string, fields: LogFields): void;
  warn(step: string, fields: LogFields): void;
  error(step: string, fields: LogFields): void;
}

/** Every byte of a line costs, so a line does not repeat what its log group says already: which function, how large. */
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

/** The sandbox's log. The messages are fixed strings, so that a query can count them. */
export const log: Log = {
  info: (step, fields) => logger.info(step, { ...fields }),
  warn: (step, fields) => logger.warn(step, { ...fields }),
  error: (step, fields) => logger.error(step, { ...fields }),
};
