import * as z from 'zod';
import { EXIT, type ExitCode, Failure } from '../aws/failure.ts';
import type { SignedResponse } from '../aws/signed-fetch.ts';

/** A wait where the API names none. */
const DEFAULT_WAIT_MS = 2_000;

const problemSchema = z.object({
  code: z.string(),
  title: z.string().optional(),
  detail: z.string().optional(),
  retry: z.string(),
  requestId: z.string().optional(),
  retryAfterMs: z.number().min(0).optional(),
});

/** @returns undefined for what is no JSON, or not of that kind */
export function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Exit codes by the API's error codes; every other one that may be repeated is `later`. */
const EXIT_CODES: Readonly<Record<string, ExitCode>> = {
  invalid_request: EXIT.usage,
  not_an_operator: EXIT.refused,
  stream_session_not_found: EXIT.notFound,
  session_not_accessible: EXIT.status,
  session_not_terminable: EXIT.status,
  session_over: EXIT.status,
};

/** Milliseconds of a `Retry-After` in whole seconds; its other form, a date, is nobody's here. */
const retryAfter = (header: string | null): number | undefined =>
  header !== null && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : undefined;

/**
 * What an answer of the operator API, or of API Gateway before it, means for whoever called.
 * @param whoAmI who signs, as far as it can be found out; asked only where the API refuses it
 */
export async function failureOf(
  { status, headers, text }: SignedResponse,
  whoAmI: () => Promise<string>,
): Promise<Failure> {
  const named = retryAfter(headers.get('retry-after'));
  const problem = parse(problemSchema, text);
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
    const isPassing = [429, 500, 503].includes(status);
    return new Failure(
      `The operator API answered ${status}${status === 404 ? ': this is not an operator API of Rejoin; check --api' : ''}.`,
      isPassing ? EXIT.later : EXIT.failed,
      { ...(isPassing && { retryAfterMs: named ?? DEFAULT_WAIT_MS }) },
    );
  }
  const mayRepeat = problem.retry === 'same';
  const sentence = problem.detail ?? problem.title ?? `The operator API answered ${status}`;
  return new Failure(
    `${sentence.replace(/\.?$/, '')} (${problem.code}${problem.requestId ? `, request ${problem.requestId}` : ''}).`,
    EXIT_CODES[problem.code] ?? (mayRepeat ? EXIT.later : EXIT.failed),
    {
      code: problem.code,
      ...(mayRepeat && { retryAfterMs: problem.retryAfterMs ?? named ?? DEFAULT_WAIT_MS }),
    },
  );
}
