import * as z from 'zod';
import type { Settings } from '../infra/settings.ts';
import { networkReason, type Signer, signedFetch } from '../operator/signed-fetch.ts';
import { type Finding, ok, unknown, warning } from './finding.ts';

const TIMEOUT_MS = 15_000;
/** More pages than any service has quotas: a list that never ends is not followed. */
const MOST_PAGES = 20;

const pageSchema = z.object({
  NextToken: z.string().nullish(),
  Quotas: z.array(z.object({ QuotaName: z.string(), Value: z.number() })),
});
type Quota = z.infer<typeof pageSchema>['Quotas'][number];

/** @throws Error in a few words */
async function listQuotas(signer: Signer): Promise<Quota[]> {
  const endpoint =
    process.env.AWS_ENDPOINT_URL_SERVICE_QUOTAS ?? `https://servicequotas.${signer.region}.amazonaws.com/`;
  const quotas: Quota[] = [];
  let NextToken: string | null | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { status, text } = await signedFetch(signer, {
      method: 'POST',
      url: new URL(endpoint),
      service: 'servicequotas',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'ServiceQuotasV20190624.ListServiceQuotas',
      },
      body: JSON.stringify({
        ServiceCode: 'gameliftstreams',
        MaxResults: 100,
        ...(NextToken && { NextToken }),
      }),
      timeoutMs: TIMEOUT_MS,
    });
    if (status !== 200) throw new Error(errorName(text) ?? `it answered ${status}`);
    const answer = pageSchema.parse(JSON.parse(text));
    quotas.push(...answer.Quotas);
    NextToken = answer.NextToken;
    if (!NextToken) break;
  }
  return quotas;
}

/** The error's name in AWS's JSON protocol, which may have a namespace before it. */
function errorName(text: string): string | undefined {
  try {
    const { __type } = JSON.parse(text);
    return typeof __type === 'string' ? __type.split('#').at(-1) : undefined;
  } catch {
    return undefined;
  }
}

const operations = ['StartStreamSession', 'GetStreamSession', 'CreateStreamSessionConnection'] as const;
const letters = (name: string) => name.toLowerCase().replaceAll(/[^a-z]/g, '');

/**
 * Compares the settings' quotas with what Service Quotas says that AWS grants this account, in every Region with stream groups.
 * AWS does not document how the rates are called there, so one is taken to be meant where its name has the operation's in it.
 */
export async function checkQuotas(signer: Signer, settings: Settings): Promise<Finding[]> {
  const regions = [...new Set(settings.streamGroups.map(({ region }) => region))];
  const found = await Promise.all(
    regions.map(async (region) => {
      try {
        return compare(await listQuotas({ ...signer, region }), settings, region);
      } catch (error) {
        const reason = error instanceof z.ZodError ? 'its answer cannot be read' : networkReason(error);
        return [
          unknown(
            `quotas in ${region}`,
            `Service Quotas cannot be read (${reason})`,
            'allow servicequotas:ListServiceQuotas, or compare quotas in the settings with the Service Quotas console',
          ),
        ];
      }
    }),
  );
  return found.flat();
}

function compare(granted: readonly Quota[], { quotas }: Settings, region: string): Finding[] {
  return operations.map((operation) => {
    const subject = `quota of ${operation} in ${region}`;
    const written = quotas[operation];
    const value = granted.find(({ QuotaName }) => letters(QuotaName).includes(letters(operation)))?.Value;
    if (value === undefined) {
      return unknown(
        subject,
        `Service Quotas lists none; the settings take it to be ${written} a second`,
        'leave it at what AWS documents, unless AWS has granted you another',
      );
    }
    if (value === written) return ok(subject, `${written} a second, as AWS grants it`);
    const todo = `write "quotas": {"${operation}": ${value}}`;
    return value < written
      ? warning(
          subject,
          `AWS grants ${value} a second, and the settings say ${written}: AWS will throttle`,
          todo,
        )
      : warning(subject, `AWS grants ${value} a second, and the settings use ${written} of them`, todo);
  });
}
