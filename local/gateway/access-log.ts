import type { HttpApiModel } from '../template/model.ts';

/** One request as the access log tells of it: no token, no query string, no body. */
export interface AccessLogEntry {
  requestId: string;
  apiId: string;
  method: string;
  /** The path as sent, without its query. */
  path: string;
  routeKey?: string;
  /** 0 when the client went away before there was a response. */
  status: number;
  /** When the request came, epoch milliseconds. */
  at: number;
  durationMs: number;
  /** Length of the response's body. */
  bytes: number;
  sourceIp: string;
  /** The ARN of the caller whom IAM let in. */
  userArn?: string;
  /** The status of Lambda's response to the invocation, not the function's own; absent without an invocation or a response. */
  integrationStatus?: number;
  /** The status that the function returned; absent without an invocation, or when the function did not return a response. */
  functionStatus?: number;
  /** From the invocation to its result; absent without an invocation. */
  integrationMs?: number;
  /** AWS's name for a response that the gateway made by itself. */
  responseType?: string;
  /** Why the gateway responded by itself, or that the client went away. Not in the line: AWS words it in another way. */
  error?: string;
}

/**
 * The variables that a format may use. Source: API Gateway developer guide, "Customize HTTP API access logs". Without a value the
 * log has `-`.
 *
 * `$context.integrationStatus` is missing on purpose: AWS's page explains it as Lambda's status, and in another place as the
 * function's. `$context.error.message`, `$context.integrationErrorMessage` and `$context.authorizer.error` are missing too: AWS
 * inserts them as they are, and a quotation mark in one of them ends the string.
 */
const variables: Readonly<Record<string, (entry: AccessLogEntry) => string | number | undefined>> = {
  '$context.requestId': ({ requestId }) => requestId,
  '$context.apiId': ({ apiId }) => apiId,
  '$context.requestTimeEpoch': ({ at }) => at,
  '$context.identity.sourceIp': ({ sourceIp }) => sourceIp,
  '$context.identity.userArn': ({ userArn }) => userArn,
  '$context.routeKey': ({ routeKey }) => routeKey,
  '$context.status': ({ status }) => status || undefined,
  '$context.responseLength': ({ bytes }) => bytes,
  '$context.responseLatency': ({ durationMs }) => Math.round(durationMs),
  '$context.integrationLatency': ({ integrationMs }) => integrationMs && Math.round(integrationMs),
  '$context.integration.integrationStatus': ({ integrationStatus }) => integrationStatus,
  '$context.integration.status': ({ functionStatus }) => functionStatus,
  '$context.error.responseType': ({ responseType }) => responseType,
};

const variable = /\$context(?:\.\w+)+/g;

/** The line that API Gateway writes for a request, in the format of the stage. */
export function accessLogLine(format: string, entry: AccessLogEntry): string {
  return format.replaceAll(variable, (name) => String(variables[name]?.(entry) ?? '-'));
}

/** @throws Error naming a variable of the format that the local gateway has no value for */
export function requireKnownVariables({ name, accessLogFormat = '' }: HttpApiModel): void {
  const unknown = accessLogFormat.match(variable)?.find((each) => !Object.hasOwn(variables, each));
  if (unknown) {
    throw new Error(`${name}: the local gateway does not write ${unknown} into the access log`);
  }
}
