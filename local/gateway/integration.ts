import type { InvokeResult } from '../functions/pool.ts';
import type { RouteModel } from '../template/model.ts';
import type { AccessLogEntry } from './access-log.ts';
import { gatewayResponse, type HttpResponse } from './answers.ts';
import { functionResponse } from './response.ts';

/** Invokes a function by its logical id. */
export type Invoke = (functionLogicalId: string, event: unknown) => Promise<InvokeResult>;

/** A synchronous invocation's event may not be larger (Lambda quotas: 6 MB). */
const maxEventBytes = 6_291_556;

/** The response, and what the access log says of the invocation behind it. */
export interface IntegrationOutcome
  extends Pick<AccessLogEntry, 'integrationStatus' | 'functionStatus' | 'integrationMs' | 'error'> {
  response: HttpResponse;
}

/**
 * Invokes a route's function and turns its result, or the lack of one, into the response. Never rejects.
 */
export async function integrate(
  route: RouteModel,
  event: Record<string, unknown>,
  invoke: Invoke,
): Promise<IntegrationOutcome> {
  if (!route.invokeAllowed) {
    return {
      response: gatewayResponse('internalServerError'),
      error: `no AWS::Lambda::Permission lets API Gateway invoke ${route.functionLogicalId}`,
    };
  }
  if (Buffer.byteLength(JSON.stringify(event)) > maxEventBytes) {
    return { response: gatewayResponse('requestTooLarge'), error: 'the event is larger than 6 MB' };
  }
  const begun = performance.now();
  const result = await withTimeout(invoke(route.functionLogicalId, event), route.integrationTimeoutMs);
  const integrationMs = performance.now() - begun;
  if (result === 'timeout') {
    return {
      response: gatewayResponse('serviceUnavailable'),
      integrationMs,
      error: `no answer within ${route.integrationTimeoutMs} ms`,
    };
  }
  if (!result.ok) {
    const throttled = result.errorType === 'TooManyRequestsException';
    return {
      response: gatewayResponse(throttled ? 'serviceUnavailable' : 'internalServerError'),
      // Lambda answers the invocation of a function that crashed with 200, too.
      integrationStatus: throttled ? 429 : 200,
      integrationMs,
      error: result.errorType,
    };
  }
  const response = functionResponse(result.payload);
  const invoked = { integrationStatus: 200, integrationMs };
  if (response) return { response, ...invoked, functionStatus: response.status };
  return {
    response: gatewayResponse('internalServerError'),
    ...invoked,
    error: 'the function answered in an unknown form',
  };
}

async function withTimeout(
  answer: Promise<InvokeResult>,
  timeoutMs: number,
): Promise<InvokeResult | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeoutMs);
  });
  const failed = answer.catch(
    (error: unknown): InvokeResult => ({
      ok: false,
      errorType: 'ServiceException',
      errorMessage: String(error),
    }),
  );
  try {
    return await Promise.race([failed, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
