import * as z from 'zod';

/** Where a line of the timeline comes from. */
export type Source = 'page' | 'gateway' | 'function' | 'AWS' | 'table' | 'audit';

/** One line of the timeline. */
export interface CaseEvent {
  /** Epoch milliseconds. */
  at: number;
  source: Source;
  /** One sentence. It may hold what strangers wrote, so print it with care. */
  says: string;
  requestId?: string | undefined;
  /** `STREAM_GROUP/STREAM_SESSION`. */
  session?: string | undefined;
}

/** A line of a log, with the ids in it. */
export interface LogLine {
  event: CaseEvent | undefined;
  requestId?: string | undefined;
  /** Lambda's id of the invocation. */
  invocationId?: string | undefined;
  playerId?: string | undefined;
  streamGroupId?: string | undefined;
  streamSessionId?: string | undefined;
}

const text = z.string().optional().catch(undefined);
const number = z.coerce.number().optional().catch(undefined);

/** The access log, a function's log and a page's report have these fields; all are optional. */
const lineSchema = z.object({
  requestId: text,
  function_request_id: text,
  playerId: text,
  streamGroupId: text,
  streamSessionId: text,
  // The access log.
  routeKey: text,
  status: z.coerce.string().optional().catch(undefined),
  time: number,
  responseLatency: number,
  error: text,
  integrationStatus: text,
  // A function's log.
  timestamp: text,
  message: text,
  route: text,
  code: text,
  cause: text,
  connectionId: text,
  operator: text,
  // A page's report.
  outcome: text,
  why: text,
  ending: text,
  silentMs: number,
  attempts: number,
  agoMs: number,
});
type Line = z.infer<typeof lineSchema>;

/** What Lambda itself writes when a function fails. Its other lines tell nothing of a case. */
const FAILED = /Task timed out|Runtime exited|Status: (?:error|timeout)|Runtime\.\w+|"errorType"/;
const INVOCATION =
  /RequestId: ([0-9a-f-]{36})|\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) Task timed out/;
const MOST_CHARACTERS = 300;

/** Reads a line of a log. @param at when it came, in epoch milliseconds */
export function readLine(message: string, at: number): LogLine {
  const line = jsonLine(message);
  if (line === undefined) {
    const [, after, before] = INVOCATION.exec(message) ?? [];
    const event = FAILED.test(message)
      ? { at, source: 'function' as const, says: message.trim().slice(0, MOST_CHARACTERS) }
      : undefined;
    return { event, invocationId: after ?? before };
  }
  const { requestId, function_request_id: invocationId, playerId, streamGroupId, streamSessionId } = line;
  const ids = { requestId, invocationId, playerId, streamGroupId, streamSessionId };
  return { event: eventOf(line, at), ...ids };
}

function jsonLine(message: string): Line | undefined {
  try {
    const parsed: unknown = JSON.parse(message);
    // Metrics are in lines of their own.
    if (typeof parsed !== 'object' || parsed === null || '_aws' in parsed) return undefined;
    return lineSchema.safeParse(parsed).data;
  } catch {
    return undefined;
  }
}

export const sessionOf = ({
  streamGroupId,
  streamSessionId,
}: Pick<LogLine, 'streamGroupId' | 'streamSessionId'>): string | undefined =>
  streamSessionId === undefined ? undefined : `${streamGroupId ?? '?'}/${streamSessionId}`;

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
/** The words that are there, in brackets. */
const bracketed = (words: readonly (string | undefined)[]) => {
  const there = words.filter((word) => word !== undefined && word !== '' && word !== '-');
  return there.length === 0 ? '' : ` (${there.join(', ')})`;
};

function eventOf(line: Line, at: number): CaseEvent | undefined {
  const { requestId } = line;
  const session = sessionOf(line);
  if (line.routeKey !== undefined) {
    const { routeKey, status = '-', responseLatency, error, operator, time } = line;
    const took = responseLatency === undefined ? '' : ` in ${responseLatency} ms`;
    const says = `${routeKey} was answered ${status}${took}${bracketed([error, operator])}`;
    return { at: time ?? at, source: 'gateway', says, requestId, session };
  }
  const loggedAt = Date.parse(line.timestamp ?? '');
  const when = Number.isNaN(loggedAt) ? at : loggedAt;
  if (line.route === 'recoveries' && line.message === 'recovery') {
    const { why, outcome, ending, silentMs = 0, attempts = 0, agoMs = 0 } = line;
    const says = `saw nothing for ${seconds(silentMs)}${bracketed([why])}; ${outcome}${bracketed([ending])} after ${attempts} requested connections`;
    return { at: when - agoMs, source: 'page', says, requestId, session };
  }
  if (line.message === undefined) return undefined;
  const { route, message, code, cause, status, connectionId, operator } = line;
  const says = `${route === undefined ? '' : `${route}: `}${message}${bracketed([
    code,
    status,
    cause === undefined ? undefined : `cause ${cause}`,
    connectionId === undefined ? undefined : `connection ${connectionId}`,
    operator,
  ])}`;
  return { at: when, source: 'function', says, requestId, session };
}
