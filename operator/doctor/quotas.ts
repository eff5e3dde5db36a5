import type { Settings } from '../../infra/settings/settings.ts';
import { listQuotas, type Quota, type QuotaOperation } from '../aws/account-limits.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { type Finding, ok, unreadable, warning } from './finding.ts';

const operations = ['StartStreamSession', 'GetStreamSession', 'CreateStreamSessionConnection'] as const;
const letters = (name: string) => name.toLowerCase().replaceAll(/[^a-z]/g, '');

const quotaValue = (quotas: readonly Quota[], operation: string) =>
  quotas.find(({ name }) => letters(name).includes(letters(operation)))?.value;

/**
 * Compares the settings' quotas with those that Service Quotas lists for this account, in every Region with stream groups. AWS
 * does not document the names of the rates there, so a quota counts if its name contains the operation's.
 */
export async function checkQuotas(signer: Signer, settings: Settings): Promise<Finding[]> {
  const regions = [...new Set(settings.streamGroups.map(({ region }) => region))];
  const findings = await Promise.all(regions.map((region) => checkRegion({ ...signer, region }, settings)));
  return findings.flat();
}

async function checkRegion(signer: Signer, { quotas }: Settings): Promise<Finding[]> {
  const { region } = signer;
  const cannotList = (operation: QuotaOperation, error: unknown) => {
    const otherwise = 'compare quotas in the settings with the Service Quotas console';
    const call = { service: 'Service Quotas', action: `servicequotas:${operation}`, otherwise };
    return unreadable(`quotas in ${region}`, call, error);
  };
  let applied: Quota[];
  try {
    applied = await listQuotas(signer, 'ListServiceQuotas');
  } catch (error) {
    return [cannotList('ListServiceQuotas', error)];
  }
  // "If the applied quota value is not available for a quota, the quota is not retrieved" (ListServiceQuotas).
  const missing = operations.filter((operation) => quotaValue(applied, operation) === undefined);
  let defaults: Quota[] = [];
  const failed: Finding[] = [];
  if (missing.length > 0) {
    try {
      defaults = await listQuotas(signer, 'ListAWSDefaultServiceQuotas');
    } catch (error) {
      failed.push(cannotList('ListAWSDefaultServiceQuotas', error));
    }
  }
  return [
    ...failed,
    ...operations
      .filter((operation) => failed.length === 0 || !missing.includes(operation))
      .map((operation) => {
        const subject = `quota of ${operation} in ${region}`;
        const appliedValue = quotaValue(applied, operation);
        const value = appliedValue ?? quotaValue(defaults, operation);
        const grants = appliedValue === undefined ? 'AWS grants by default' : 'AWS grants';
        return compare(subject, { operation, region, written: quotas[operation], value, grants });
      }),
  ];
}

function compare(
  subject: string,
  {
    operation,
    region,
    written,
    value,
    grants,
  }: { operation: string; region: string; written: number; value: number | undefined; grants: string },
): Finding {
  if (value === undefined) {
    // AWS tables these rates on a page of their own, and nothing says that Service Quotas has them.
    return ok(
      subject,
      `AWS does not list it in Service Quotas; the settings assume ${written} per second`,
      `whether AWS grants ${written} a second of ${operation} in ${region}`,
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
