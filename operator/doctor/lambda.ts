import * as z from 'zod';
import { EXIT, Failure } from '../aws/failure.ts';
import { type Signer, signedFetch } from '../aws/signed-fetch.ts';

const TIMEOUT_MS = 15_000;
const schema = z.object({ AccountLimit: z.object({ UnreservedConcurrentExecutions: z.number() }) });

/**
 * How many executions at once Lambda grants this account in a Region, without those that are reserved for single functions.
 * @throws Failure, `EXIT.refused` where it is not allowed; or whatever credentials and network fail with
 */
export async function unreservedConcurrency(signer: Signer): Promise<number> {
  const endpoint = process.env.AWS_ENDPOINT_URL_LAMBDA ?? `https://lambda.${signer.region}.amazonaws.com`;
  const { status, text } = await signedFetch(signer, {
    method: 'GET',
    url: new URL('/2016-08-19/account-settings/', endpoint),
    service: 'lambda',
    timeoutMs: TIMEOUT_MS,
  });
  if (status !== 200) {
    throw new Failure(`Lambda answered ${status}`, status === 403 ? EXIT.refused : EXIT.failed);
  }
  try {
    return schema.parse(JSON.parse(text)).AccountLimit.UnreservedConcurrentExecutions;
  } catch (cause) {
    throw new Failure('its answer cannot be read', EXIT.failed, { cause });
  }
}
