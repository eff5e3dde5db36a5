import { count } from '../../infra/settings/reconnect-capacity.ts';
import type { Settings } from '../../infra/settings/settings.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { compareRoom, unknownRoom } from './crowd.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { unreservedConcurrency } from './lambda.ts';

/** Lambda leaves so many executions to functions for which nothing is set aside (Developer Guide, "concurrency"). */
const LEFT_TO_ALL = 100;
const subject = 'provisionedConcurrency';

/** Whether the account has the executions that a crowd needs, and those that the settings keep ready. */
export async function checkConcurrency(
  signer: Signer,
  settings: Settings,
  players: number | undefined,
): Promise<Finding[]> {
  const { region } = signer;
  const wanted = Object.values(settings.provisionedConcurrency).reduce((sum, each) => sum + each, 0);
  let granted: number;
  try {
    granted = await unreservedConcurrency(signer);
  } catch (error) {
    return [unknownRoom(error, settings, players, region)];
  }
  const room = compareRoom(granted, settings, players, region);
  return wanted === 0 ? [room] : [room, compareKept(wanted, granted, region)];
}

function compareKept(wanted: number, free: number, region: string): Finding {
  const of = `of the ${count(free)} concurrent executions that nobody has reserved in ${region}`;
  const most = Math.max(0, free - LEFT_TO_ALL);
  if (wanted > most) {
    const says = `${count(wanted)} ${of}, and Lambda gives away ${count(most)} at most: the deployment would fail`;
    return problem(subject, says, 'keep fewer ready, or have AWS raise the quota of concurrent executions');
  }
  if (wanted > free / 2) {
    const says = `takes ${count(wanted)} ${of}, used or not: who comes in a storm finds few left`;
    return warning(subject, says, 'keep fewer ready, or have AWS raise the quota of concurrent executions');
  }
  return ok(subject, `keeps ${count(wanted)} ${of} ready`);
}
