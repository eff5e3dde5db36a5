import * as z from 'zod';
import { EXIT, Failure } from '../cli/failure.ts';
import { requireJson } from './json.ts';
import { type Signer, signedFetch } from './signed-fetch.ts';

/** More pages than any service has quotas. A list that never ends is not read further. */
const MAX_PAGES = 20;

const pageSchema = z.object({
  NextToken: z.string().nullish(),
  Quotas: z.array(z.object({ QuotaName: z.string(), Value: z.number() })),
});
export type Quota = z.infer<typeof pageSchema>['Quotas'][number];

/** Applied values, or AWS's defaults. */
export type QuotaOperation = 'ListServiceQuotas' | 'ListAWSDefaultServiceQuotas';

/**
 * The quotas of GameLift Streams.
 * @throws Failure in a few words, with `EXIT.refused` if AWS denies access; or whatever credentials and network fail with
 */
export async function listQuotas(signer: Signer, operation: QuotaOperation): Promise<Quota[]> {
  const endpoint =
    process.env.AWS_ENDPOINT_URL_SERVICE_QUOTAS ?? `https://servicequotas.${signer.region}.amazonaws.com/`;
  const quotas: Quota[] = [];
  let NextToken: string | null | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { status, text } = await signedFetch(signer, {
      method: 'POST',
      url: new URL(endpoint),
      service: 'servicequotas',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `ServiceQuotasV20190624.${operation}`,
      },
      body: JSON.stringify({
        ServiceCode: 'gameliftstreams',
        MaxResults: 100,
        ...(NextToken && { NextToken }),
      }),
    });
    if (status !== 200) throw quotasFailure(status, text);
    const { Quotas, NextToken: next } = requireJson(pageSchema, text);
    quotas.push(...Quotas);
    NextToken = next;
    if (!NextToken) break;
  }
  return quotas;
}

/** Names the error as AWS's JSON protocol does; a namespace may stand before it. */
function quotasFailure(status: number, text: string): Failure {
  let name: string | undefined;
  try {
    const { __type } = JSON.parse(text);
    if (typeof __type === 'string') name = __type.split('#').at(-1);
  } catch {
    // The response is no JSON, so it is not from the service itself.
  }
  const isRefused = status === 403 || name?.startsWith('AccessDenied') === true;
  return new Failure(name ?? `it answered ${status}`, isRefused ? EXIT.refused : EXIT.failed);
}
