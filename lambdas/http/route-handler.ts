import { isUtf8 } from 'node:buffer';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type {
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import type { ProblemTable } from '../../contract/problems.ts';
import type { RouteName } from '../../contract/routes.ts';
import { LAST_ANSWER_MS } from '../environment/time-limit.ts';
import { log, logger } from '../observability/logs.ts';
import { type AnsweredRequest, countAnswer, countsFailures, publish } from '../observability/metrics.ts';
import { newRequestMetrics, type RequestMetrics } from '../observability/request-metrics.ts';
import { Problem, problemBody } from '../problems/problems.ts';
import { plainId } from '../problems/validation.ts';
import { UPSTREAM_WAIT_MS } from '../problems/waits.ts';
import { sliOutcomeOf } from '../reliability/sli.ts';

/** What a route answers. */
export interface Reply {
  status: number;
  /** JSON text, or an object to make it of. */
  body?: string | object;
  /** The answer was given before and is repeated. */
  replayed?: boolean;
}

type Event = APIGatewayProxyEventV2WithJWTAuthorizer;
type Result = APIGatewayProxyStructuredResultV2;
/** The part of an event that every answer needs. */
interface Identified {
  requestContext: { requestId: string };
}
/** Lambda's context, with what one invocation keeps until it is answered. */
interface Invocation extends Context {
  /** By the clock of `performance.now()`. */
  begunAt?: number;
  requestMetrics?: RequestMetrics;
}

/**
 * What every route's handler does around its answer. The middleware, outermost first, and why so:
 *
 * 1. the logger's context, so that every line of this invocation, also one about an error, has its request id;
 * 2. the metrics' flush, outside the answer so that a failed request is counted as well;
 * 3. the answer: counts the outcome and turns whatever was thrown into problem+json. Innermost, so that it has
 *    answered, and counted, before the metrics are flushed.
 *
 * @param problems the errors of the API that the route belongs to.
 */
export function routeHandler<Incoming extends Identified>(
  route: RouteName,
  problems: ProblemTable,
  answer: (event: Incoming, context: Context, metrics: RequestMetrics) => Promise<Reply>,
): (event: Incoming, context: Context) => Promise<Result> {
  return (
    middy<Incoming, Result, Error, Invocation>({
      timeoutEarlyInMillis: LAST_ANSWER_MS,
      timeoutEarlyResponse: outOfTime,
    })
      // Said outright, since POWERTOOLS_LOGGER_LOG_EVENT on a function would otherwise log its callers' tokens.
      .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
      .use({ after: publish, onError: publish })
      .use(answering(route, problems))
      .handler(async (event, context) => toResult(await answer(event, context, metricsOf(context)))) as never
  );
}

function answering(
  route: RouteName,
  problems: ProblemTable,
): middy.MiddlewareObj<Identified, Result, Error, Invocation> {
  const millisecondsSince = ({ begunAt = performance.now() }: Invocation) =>
    Math.round(performance.now() - begunAt);
  return {
    before: ({ context, event }) => {
      // API Gateway's, which the answer and the access log carry too; Lambda's own the logger adds by itself.
      logger.appendKeys({ route, requestId: event.requestContext.requestId });
      Object.assign(context, { begunAt: performance.now(), requestMetrics: newRequestMetrics() });
    },
    after: ({ response, context }) => {
      const replayed = response?.headers?.['idempotency-replayed'] !== undefined;
      if (replayed) log.info('replayed', {});
      const requestMetrics = metricsOf(context);
      const answered: AnsweredRequest = {
        outcome: String(response?.statusCode),
        // The failure of the connection before was counted when it was first met.
        sliOutcome: requestMetrics.unstableConnection === 'again' ? 'excluded' : 'success',
        replayed,
        milliseconds: millisecondsSince(context),
      };
      countAnswer(route, answered, requestMetrics);
    },
    onError: (request) => {
      const { error } = request;
      const problem: Problem<string> =
        error instanceof Problem && Object.hasOwn(problems, error.code) ? error : unexpected(error);
      const row = problems[problem.code] ?? problems.broker_misconfigured;
      const { status } = row;
      const cause = problem.cause instanceof Error ? deepName(problem.cause) : undefined;
      const sliOutcome = problem.sliOutcome ?? sliOutcomeOf(problem, status);
      const isFailure = sliOutcome === 'failure' && countsFailures(route);
      const level =
        problem.code === 'broker_misconfigured' ? 'error' : status >= 500 || isFailure ? 'warn' : 'info';
      log[level]('refused', {
        code: problem.code,
        ...(cause ? { cause } : {}),
        ...(isFailure ? { countedAs: 'failure' } : {}),
      });
      const { retryAfterMs: wait, queuePosition } = problem.extras;
      const paced = problem.code === 'paced';
      const answered: AnsweredRequest = {
        outcome: problem.code,
        sliOutcome,
        replayed: false,
        milliseconds: millisecondsSince(request.context),
        waitMs: paced ? wait : undefined,
        queuePosition,
      };
      countAnswer(route, answered, metricsOf(request.context));
      request.response = {
        statusCode: status,
        headers: {
          'content-type': 'application/problem+json',
          'cache-control': 'no-store',
          ...(wait === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(wait / 1000))) }),
        },
        body: JSON.stringify(problemBody(problem, request.event.requestContext.requestId, row)),
      };
    },
  };
}

/** The request metrics of an invocation; new ones where it failed before any were made. */
function metricsOf({ requestMetrics }: Invocation): RequestMetrics {
  return requestMetrics ?? newRequestMetrics();
}

/** What a request asks for, whichever API it came to. From here on its ids are in the log. */
export function requestPartsOf(
  event: Pick<Event, 'pathParameters' | 'body' | 'isBase64Encoded'>,
  context: Context,
) {
  const { streamGroupId, streamSessionId } = event.pathParameters ?? {};
  // Ids go into the log only where they can be ids: whatever else a caller puts into a path is not for the log.
  logger.appendKeys({ streamGroupId: plainId(streamGroupId), streamSessionId: plainId(streamSessionId) });
  return {
    streamGroupId,
    streamSessionId,
    body: event.isBase64Encoded ? decoded(event.body ?? '') : event.body,
    /** Epoch milliseconds at which Lambda kills this invocation. */
    endsBy: Date.now() + context.getRemainingTimeInMillis(),
  };
}

/** @throws Problem for bytes that are no UTF-8: decoded all the same, two different bodies would read alike. */
function decoded(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (!isUtf8(bytes)) throw new Problem('invalid_request', 'body: is not UTF-8');
  return bytes.toString('utf8');
}

function toResult(reply: Reply): Result {
  if (reply.body === undefined) return { statusCode: reply.status, headers: { 'cache-control': 'no-store' } };
  return {
    statusCode: reply.status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(reply.replayed ? { 'idempotency-replayed': 'true' } : {}),
    },
    body: typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body),
  };
}

/**
 * Lambda is about to kill the function. What it was doing may take effect or not, as when a function is killed: the caller repeats the
 * request. Without an answer of ours middy throws an error of its own, which would tell a player never to ask again.
 *
 * @throws Problem always
 */
function outOfTime(): never {
  throw new Problem(
    'upstream_unavailable',
    'The service did not finish in time; repeat exactly this request to learn the outcome.',
    { retryAfterMs: UPSTREAM_WAIT_MS },
  );
}

/** A defect of ours. Name and stack, but not the message: it may quote what a player sent. */
function unexpected(error: unknown): Problem {
  const frames =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  logger.error('unexpected', {
    cause: error instanceof Error ? error.name : typeof error,
    stack: frames.slice(0, 12),
  });
  return new Problem('broker_misconfigured', 'The service failed unexpectedly. An alarm tells its operator.');
}

/** The names of an error and of what caused it, such as `AwsFailure < ThrottlingException`. */
function deepName(error: Error): string {
  return error.cause instanceof Error ? `${error.name} < ${error.cause.name}` : error.name;
}
