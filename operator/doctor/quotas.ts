import * as z from 'zod';
import type { Settings } from '../../infra/settings/settings.ts';
import { EXIT, Failure } from '../aws/failure.ts';
import { type Signer, signedFetch } from '../aws/signed-fetch.ts';
import { type Finding, ok, unknown, unreadable, warning } from './finding.ts';

const TIMEOUT_MS = 15_000;
/** More pages than any service has quotas: a list that never ends is not followed. */
const MOST_PAGES = 20;

const pageSchema = z.object({
  NextToken: z.string().nullish(),
  Quotas: z.array(z.object({ QuotaName: z.string(), Value: z.number() })),
});
type Quota = z.infer<typeof pageSchema>['Quotas'][number];

type List = 'ListServiceQuotas' | 'ListAWSDefaultServiceQuotas';

/** @throws Failure in a few words, `EXIT.refused` where it is not allowed */
async function listQuotas(signer: Signer, list: List): Promise<Quota[]> {
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
        'x-amz-target': `ServiceQuotasV20190624.${list}`,
      },
      body: JSON.stringify({
        ServiceCode: 'gameliftstreams',
        MaxResults: 100,
        ...(NextToken && { NextToken }),
      }),
      timeoutMs: TIMEOUT_MS,
    });
    if (status !== 200) throw failureOf(status, text);
    const answer = readPage(text);
    quotas.push(...answer.Quotas);
    NextToken = answer.NextToken;
    if (!NextToken) break;
  }
  return quotas;
}

/** @throws Failure */
function readPage(text: string): z.infer<typeof pageSchema> {
  try {
    return pageSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure('its answer cannot be read', EXIT.failed, { cause });
  }
}

/** By the error's name in AWS's JSON protocol, which may have a namespace before it. */
function failureOf(status: number, text: string): Failure {
  let name: string | undefined;
  try {
    const { __type } = JSON.parse(text);
    if (typeof __type === 'string') name = __type.split('#').at(-1);
  } catch {
    // What is no JSON came from something before the service.
  }
  const isRefused = status === 403 || name?.startsWith('AccessDenied') === true;
  return new Failure(name ?? `it answered ${status}`, isRefused ? EXIT.refused : EXIT.failed);
}

const operations = ['StartStreamSession', 'GetStreamSession', 'CreateStreamSessionConnection'] as const;
const letters = (name: string) => name.toLowerCase().replaceAll(/[^a-z]/g, '');

const grantedOf = (quotas: readonly Quota[], operation: string) =>
  quotas.find(({ QuotaName }) => letters(QuotaName).includes(letters(operation)))?.Value;

/**
 * Compares the settings' quotas with what Service Quotas says that AWS grants this account, in every Region with stream groups.
 * AWS does not document how the rates are called there, so one is taken to be meant where its name has the operation's in it.
 */
export async function checkQuotas(signer: Signer, settings: Settings): Promise<Finding[]> {
  const regions = [...new Set(settings.streamGroups.map(({ region }) => region))];
  const found = await Promise.all(regions.map((region) => inRegion({ ...signer, region }, settings)));
  return found.flat();
}

async function inRegion(signer: Signer, { quotas }: Settings): Promise<Finding[]> {
  const { region } = signer;
  const cannot = (list: List, error: unknown) => {
    const otherwise = 'compare quotas in the settings with the Service Quotas console';
    const asked = { service: 'Service Quotas', action: `servicequotas:${list}`, otherwise };
    return unreadable(`quotas in ${region}`, asked, error);
  };
  let applied: Quota[];
  try {
    applied = await listQuotas(signer, 'ListServiceQuotas');
  } catch (error) {
    return [cannot('ListServiceQuotas', error)];
  }
  // "If the applied quota value is not available for a quota, the quota is not retrieved" (ListServiceQuotas).
  const missing = operations.filter((operation) => grantedOf(applied, operation) === undefined);
  let defaults: Quota[] = [];
  const failed: Finding[] = [];
  if (missing.length > 0) {
    try {
      defaults = await listQuotas(signer, 'ListAWSDefaultServiceQuotas');
    } catch (error) {
      failed.push(cannot('ListAWSDefaultServiceQuotas', error));
    }
  }
  return [
    ...failed,
    ...operations
      .filter((operation) => failed.length === 0 || !missing.includes(operation))
      .map((operation) => {
        const subject = `quota of ${operation} in ${region}`;
        const own = grantedOf(applied, operation);
        const value = own ?? grantedOf(defaults, operation);
        const grants = own === undefined ? 'AWS grants by default' : 'AWS grants';
        return compare(subject, { operation, written: quotas[operation], value, grants });
      }),
  ];
}

function compare(
  subject: string,
  {
    operation,
    written,
    value,
    grants,
  }: { operation: string; written: number; value: number | undefined; grants: string },
): Finding {
  if (value === undefined) {
    return unknown(
      subject,
      `Service Quotas lists none; the settings take it to be ${written} a second`,
      'leave it at what AWS documents, unless AWS has granted you another',
    );
  }
  if (value === written) return ok(subject, `${grants} ${written} a second, as in the settings`);
  const todo = `write "quotas": {"${operation}": ${value}}`;
  return value < written
    ? warning(
        subject,
        `${grants} ${value} a second, and the settings say ${written}: AWS will throttle`,
        todo,
      )
    : warning(subject, `${grants} ${value} a second, and the settings use ${written} of them`, todo);
}
