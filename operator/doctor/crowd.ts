import { count, reconnectCapacities } from '../../infra/settings/reconnect-capacity.ts';
import type { Settings } from '../../infra/settings/settings.ts';
import { type Finding, ok, unreadable, warning } from './finding.ts';

/**
 * What a crowd needs that is dropped at once, by the reckoning of ARCHITECTURE.md, "What limits it at a million players": all come
 * within two seconds, a function that is warm answers in 20 ms that they have to wait, and each call to AWS takes 200 ms.
 */
const ARRIVE_WITHIN_S = 2;
const FIRST_ANSWER_S = 0.02;
const AWS_CALL_S = 0.2;

/** API Gateway's own limit for an account and Region, in most Regions (HTTP API quotas). */
const ACCOUNT = { ratePerSecond: 10_000, burst: 5_000 };
/** The most that the settings take, of either. */
const LARGEST = 1_000_000;

/** Whether the API lets the first requests of a crowd in, or tells a part of them to come again. */
export function checkRate({ throttling }: Settings, players: number | undefined): Finding {
  const subject = 'throttling';
  const { ratePerSecond, burst } = throttling;
  const taken = Math.floor(burst + ratePerSecond * ARRIVE_WITHIN_S);
  const rule = `${count(burst)} at once and ${count(ratePerSecond)} a second`;
  if (players === undefined || players <= taken) {
    return ok(subject, `the API takes ${count(taken)} requests within two seconds (${rule})`);
  }
  const needed = { burst: Math.max(burst, Math.ceil(players / 2)), ratePerSecond };
  needed.ratePerSecond = Math.max(ratePerSecond, Math.ceil((players - needed.burst) / ARRIVE_WITHIN_S));
  return warning(
    subject,
    `${count(players)} players dropped at once come within two seconds, and the API takes ${count(taken)} (${rule}): the others are told 429 and lose time`,
    room(needed),
  );
}

function room({ ratePerSecond, burst }: Settings['throttling']): string {
  if (burst > LARGEST || ratePerSecond > LARGEST) {
    return 'spread the players over several deployments, each with a stackName and an address of its own';
  }
  const write = `write "throttling": {"ratePerSecond": ${ratePerSecond}, "burst": ${burst}}`;
  if (burst <= ACCOUNT.burst && ratePerSecond <= ACCOUNT.ratePerSecond) return write;
  const account = `${count(ACCOUNT.ratePerSecond)} requests a second and burst of ${count(ACCOUNT.burst)}`;
  return `${write}, and have AWS raise API Gateway's ${account} for the account`;
}

/** Executions at once of such a crowd. */
function executions(settings: Settings, players: number): number {
  const calls = reconnectCapacities(settings).reduce((total, { perSecond }) => total + perSecond, 0);
  return Math.ceil((players / ARRIVE_WITHIN_S) * FIRST_ANSWER_S + calls * AWS_CALL_S);
}

/**
 * Whether Lambda has room for a crowd: a new account's concurrency can be as low as 10.
 *
 * @param granted executions at once
 */
export function compareRoom(
  granted: number,
  settings: Settings,
  players: number | undefined,
  region: string,
): Finding {
  const subject = concurrencyIn(region);
  const { crowd, needed } = need(settings, players);
  const says = `${count(crowd)} players dropped at once need about ${count(needed)} executions at once of warm functions`;
  if (granted >= needed) return ok(subject, `${says}, and ${count(granted)} are granted`);
  return warning(
    subject,
    `${says}, and ${count(granted)} are granted: the others are told 503 and lose time`,
    `have AWS raise Lambda's quota "Concurrent executions" in ${region} to ${count(needed)} or more`,
  );
}

/** The same where Lambda does not say what it grants. */
export function unknownRoom(
  error: unknown,
  settings: Settings,
  players: number | undefined,
  region: string,
): Finding {
  const { needed } = need(settings, players);
  const asked = {
    service: 'Lambda',
    action: 'lambda:GetAccountSettings',
    otherwise: `see in the Lambda console that ${needed} executions at once are granted`,
  };
  return unreadable(concurrencyIn(region), asked, error);
}

const concurrencyIn = (region: string) => `Lambda's concurrency in ${region}`;

/** A crowd, as many as the quota brings back where none is named: what the check of the storm says must hold here too. */
function need(settings: Settings, players: number | undefined) {
  const crowd =
    players ?? reconnectCapacities(settings).reduce((total, { safePlayers }) => total + safePlayers, 0);
  return { crowd, needed: executions(settings, crowd) };
}
