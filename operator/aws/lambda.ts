import * as z from 'zod';
import { EXIT, Failure } from '../cli/failure.ts';
import { requireJson } from './json.ts';
import { type Signer, signedFetch } from './signed-fetch.ts';

const accountSettingsSchema = z.object({
  AccountLimit: z.object({ UnreservedConcurrentExecutions: z.number() }),
});

/**
 * The concurrent executions that Lambda grants this account in a Region, without those reserved for single functions.
 * @throws Failure, with `EXIT.refused` if AWS denies access; or whatever credentials and network fail with
 */
export async function unreservedConcurrency(signer: Signer): Promise<number> {
  const endpoint = process.env.AWS_ENDPOINT_URL_LAMBDA ?? `https://lambda.${signer.region}.amazonaws.com`;
  const { status, text } = await signedFetch(signer, {
    method: 'GET',
    url: new URL('/2016-08-19/account-settings/', endpoint),
    service: 'lambda',
  });
  if (status !== 200) {
    throw new Failure(`Lambda answered ${status}`, status === 403 ? EXIT.refused : EXIT.failed);
  }
  return requireJson(accountSettingsSchema, text).AccountLimit.UnreservedConcurrentExecutions;
}
