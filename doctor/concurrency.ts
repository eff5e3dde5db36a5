import * as z from 'zod';
import type { Settings } from '../infra/settings.ts';
import { networkReason, type Signer, signedFetch } from '../operator/signed-fetch.ts';
import { type Finding, ok, problem, unknown, warning } from './finding.ts';

const TIMEOUT_MS = 15_000;
/** Lambda leaves so many executions to functions for which nothing is set aside (Developer Guide, "concurrency"). */
const LEFT_TO_ALL = 100;
const subject = 'provisionedConcurrency';
const number = (value: number) => value.toLocaleString('en-US');

const answerSchema = z.object({ AccountLimit: z.object({ UnreservedConcurrentExecutions: z.number() }) });

/** Of Lambda's GetAccountSettings. @throws Error in a few words */
async function unreserved(signer: Signer): Promise<number> {
  const endpoint = process.env.AWS_ENDPOINT_URL_LAMBDA ?? `https://lambda.${signer.region}.amazonaws.com`;
  const { status, headers, text } = await signedFetch(signer, {
    method: 'GET',
    url: new URL('/2016-08-19/account-settings/', endpoint),
    service: 'lambda',
    timeoutMs: TIMEOUT_MS,
  });
  if (status !== 200) {
    throw new Error(headers.get('x-amzn-errortype')?.split(':')[0] ?? `it answered ${status}`);
  }
  return answerSchema.parse(JSON.parse(text)).AccountLimit.UnreservedConcurrentExecutions;
}

/** Whether the account has the executions that the settings keep ready; nothing where they keep none. */
export async function checkConcurrency(signer: Signer, settings: Settings): Promise<Finding[]> {
  const wanted = Object.values(settings.provisionedConcurrency).reduce((sum, each) => sum + each, 0);
  if (wanted === 0) return [];
  try {
    return [compare(wanted, await unreserved(signer), signer.region)];
  } catch (error) {
    const unread = error instanceof z.ZodError || error instanceof SyntaxError;
    const reason = unread ? 'its answer cannot be read' : networkReason(error);
    const says = `Lambda cannot be asked how many executions this account has (${reason})`;
    return [unknown(subject, says, 'allow lambda:GetAccountSettings, or look into the console of Lambda')];
  }
}

function compare(wanted: number, free: number, region: string): Finding {
  const of = `of the ${number(free)} concurrent executions that nobody has reserved in ${region}`;
  const most = Math.max(0, free - LEFT_TO_ALL);
  if (wanted > most) {
    const says = `${number(wanted)} ${of}, and Lambda gives away ${number(most)} at most: the deployment would fail`;
    return problem(subject, says, 'keep fewer ready, or have AWS raise the quota of concurrent executions');
  }
  if (wanted > free / 2) {
    const says = `takes ${number(wanted)} ${of}, used or not: who comes in a storm finds few left`;
    return warning(subject, says, 'keep fewer ready, or have AWS raise the quota of concurrent executions');
  }
  return ok(subject, `keeps ${number(wanted)} ${of} ready`);
}
