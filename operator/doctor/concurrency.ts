import { count } from '../../infra/settings/reconnect-capacity.ts';
import type { Settings } from '../../infra/settings/settings.ts';
import { unreservedConcurrency } from '../aws/account-limits.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { compareConcurrency, compareReserved, KEPT_UNRESERVED, unknownConcurrency } from './capacity.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const subject = 'provisionedConcurrency';

/** Checks that the account's concurrency is enough for players who are dropped at once, and for what the settings keep of it. */
export async function checkConcurrency(
  signer: Signer,
  settings: Settings,
  players: number | undefined,
): Promise<Finding[]> {
  const { region } = signer;
  const provisioned = Object.values(settings.provisionedConcurrency).reduce((sum, each) => sum + each, 0);
  let granted: number;
  try {
    granted = await unreservedConcurrency(signer);
  } catch (error) {
    return [unknownConcurrency(error, settings, players, region)];
  }
  return [
    settings.reservedConcurrency.reconnect > 0
      ? compareReserved(granted, settings, players, region)
      : compareConcurrency(granted, settings, players, region),
    ...(provisioned === 0 ? [] : [compareProvisioned(provisioned, granted, region)]),
  ];
}

function compareProvisioned(provisioned: number, granted: number, region: string): Finding {
  const of = `of the ${count(granted)} unreserved concurrent executions in ${region}`;
  const maximum = Math.max(0, granted - KEPT_UNRESERVED);
  if (provisioned > maximum) {
    const says = `${count(provisioned)} ${of}, and Lambda allows ${count(maximum)} at most: the deployment would fail`;
    return problem(subject, says, 'provision fewer, or have AWS raise the quota of concurrent executions');
  }
  if (provisioned > granted / 2) {
    const says = `takes ${count(provisioned)} ${of}, used or not: few are left for a storm`;
    return warning(subject, says, 'provision fewer, or have AWS raise the quota of concurrent executions');
  }
  return ok(subject, `keeps ${count(provisioned)} ${of} ready`);
}
