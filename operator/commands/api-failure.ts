import * as z from 'zod';
import type { OperatorProblemCode } from '../../contract/operator-problems.ts';
import { parseJson } from '../aws/json.ts';
import type { HttpResponse } from '../aws/signed-fetch.ts';
import { EXIT, type ExitCode, Failure } from '../cli/failure.ts';
import type { SessionAddress } from './address.ts';

/** The wait if the API names none. */
const DEFAULT_WAIT_MS = 2_000;

/** API Gateway's own response, which is no problem (RFC 9457). */
const gatewaySchema = z.object({ message: z.string() });

const problemSchema = z.object({
  code: z.string(),
  title: z.string().optional(),
  detail: z.string().optional(),
  retry: z.string(),
  requestId: z.string().optional(),
  retryAfterMs: z.number().min(0).optional(),
});

/** Exit codes by the API's error codes. All others are `later` if the request may be repeated, else `failed`. */
const EXIT_CODES: Readonly<Partial<Record<OperatorProblemCode, ExitCode>>> = {
  invalid_request: EXIT.usage,
  not_an_operator: EXIT.refused,
  stream_session_not_found: EXIT.notFound,
  session_not_accessible: EXIT.status,
  session_not_terminable: EXIT.status,
  session_over: EXIT.status,
  session_still_live: EXIT.status,
};

/** Milliseconds of a `Retry-After` in whole seconds. Its other form, a date, is ignored: the API does not use it. */
const retryAfter = (header: string | null): number | undefined =>
  header !== null && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : undefined;

/** The API names its parameter. The operator wrote a stream group, so the sentence names that. */
function complaintAbout(
  address: SessionAddress | undefined,
  { code, detail }: z.infer<typeof problemSchema>,
): string | undefined {
  if (address === undefined || code !== 'invalid_request' || !detail?.startsWith('streamGroupId:'))
    return undefined;
  return `"${address.streamGroupId}" is not a stream group of this deployment: check what you wrote before the /, or after --stream-group`;
}

/**
 * What an error response means for the operator. It comes from the operator API, or from API Gateway.
 * @param whoAmI says who signs; called only if the API refuses the caller
 * @param address the session that the operator wrote
 */
export async function failureOf(
  { status, headers, text }: HttpResponse,
  whoAmI: () => Promise<string>,
  address?: SessionAddress,
): Promise<Failure> {
  const retryAfterMs = retryAfter(headers.get('retry-after'));
  const problem = parseJson(problemSchema, text);
  if (status === 403) {
    const remedy =
      problem?.code === 'not_an_operator'
        ? 'add it to settings.operators and deploy'
        : 'it needs execute-api:Invoke on the operator API (output OperatorApiArn) and must be listed in settings.operators; or the signature is for another Region or account';
    return new Failure(`The operator API refuses ${await whoAmI()}: ${remedy}.`, EXIT.refused, {
      code: problem?.code,
    });
  }
  if (!problem) {
    const isTransient = [429, 500, 503].includes(status);
    const named = [
      parseJson(gatewaySchema, text)?.message,
      headers.has('apigw-requestid') && `request ${headers.get('apigw-requestid')}`,
    ].filter(Boolean);
    return new Failure(
      `The operator API answered ${status}${named.length > 0 ? ` (${named.join(', ')})` : ''}${status === 404 ? ': this is not an operator API of Rejoin, or an older one than this command; check --api, or deploy' : ''}.`,
      isTransient ? EXIT.later : EXIT.failed,
      { ...(isTransient && { retryAfterMs: retryAfterMs ?? DEFAULT_WAIT_MS }) },
    );
  }
  const mayRepeat = problem.retry === 'same';
  const sentence =
    complaintAbout(address, problem) ??
    problem.detail ??
    problem.title ??
    `The operator API answered ${status}`;
  return new Failure(
    `${sentence.replace(/\.?$/, '')} (${problem.code}${problem.requestId ? `, request ${problem.requestId}` : ''}).`,
    EXIT_CODES[problem.code as OperatorProblemCode] ?? (mayRepeat ? EXIT.later : EXIT.failed),
    {
      code: problem.code,
      ...(mayRepeat && { retryAfterMs: problem.retryAfterMs ?? retryAfterMs ?? DEFAULT_WAIT_MS }),
    },
  );
}
