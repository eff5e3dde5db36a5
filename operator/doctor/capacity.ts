import { count, reconnectCapacities } from '../../infra/settings/reconnect-capacity.ts';
import type { Settings } from '../../infra/settings/settings.ts';
import { type Finding, ok, unreadable, warning } from './finding.ts';

/**
 * What is needed when many players are dropped at once, calculated as in ARCHITECTURE.md, "What limits it at a million players": all
 * players send a request within two seconds, a warm function takes 20 ms to answer that they must wait, and a call to AWS takes 200 ms.
 */
const ARRIVE_WITHIN_S = 2;
const FIRST_ANSWER_S = 0.02;
const AWS_CALL_S = 0.2;

/** API Gateway's own limits for an account and Region, in most Regions (HTTP API quotas). */
const ACCOUNT_LIMITS = { ratePerSecond: 10_000, burst: 5_000 };
/** Lambda keeps so many executions for functions without a reservation (Developer Guide, "concurrency"). */
export const KEPT_UNRESERVED = 100;

/** The settings' maximum for rate and burst. */
const MAX_SETTING = 1_000_000;

/** Checks that the API's throttling accepts the first requests of players who are dropped at once. */
export function checkRate({ throttling }: Settings, players: number | undefined): Finding {
  const subject = 'throttling';
  const { ratePerSecond, burst } = throttling;
  const accepted = Math.floor(burst + ratePerSecond * ARRIVE_WITHIN_S);
  const rule = `${count(burst)} at once and ${count(ratePerSecond)} a second`;
  if (players === undefined || players <= accepted) {
    return ok(subject, `the API takes ${count(accepted)} reconnects within two seconds (${rule})`);
  }
  const needed = { burst: Math.max(burst, Math.ceil(players / 2)), ratePerSecond };
  needed.ratePerSecond = Math.max(ratePerSecond, Math.ceil((players - needed.burst) / ARRIVE_WITHIN_S));
  return warning(
    subject,
    `${count(players)} players dropped at once come within two seconds, and the API accepts ${count(accepted)} (${rule}): the others get 429 and lose time`,
    throttlingTodo(needed),
  );
}

function throttlingTodo({ ratePerSecond, burst }: Settings['throttling']): string {
  if (burst > MAX_SETTING || ratePerSecond > MAX_SETTING) {
    return 'spread the players over several deployments, each with its own stackName and address';
  }
  const write = `write "throttling": {"ratePerSecond": ${ratePerSecond}, "burst": ${burst}}`;
  if (burst <= ACCOUNT_LIMITS.burst && ratePerSecond <= ACCOUNT_LIMITS.ratePerSecond) return write;
  const account = `${count(ACCOUNT_LIMITS.ratePerSecond)} requests a second and burst of ${count(ACCOUNT_LIMITS.burst)}`;
  return `${write}, and have AWS raise API Gateway's ${account} for the account`;
}

/** Concurrent executions while so many players are dropped at once. */
function executionsFor(settings: Settings, players: number): number {
  const calls = reconnectCapacities(settings).reduce((total, { perSecond }) => total + perSecond, 0);
  return Math.ceil((players / ARRIVE_WITHIN_S) * FIRST_ANSWER_S + calls * AWS_CALL_S);
}

/**
 * Checks that Lambda's concurrency is enough for players who are dropped at once. A new account's can be as low as 10.
 * @param granted concurrent executions
 */
export function compareConcurrency(
  granted: number,
  settings: Settings,
  players: number | undefined,
  region: string,
): Finding {
  const subject = concurrencySubject(region);
  const { dropped, needed } = concurrencyNeed(settings, players);
  const says = `${count(dropped)} players dropped at once need about ${count(needed)} concurrent executions of warm functions`;
  if (granted >= needed) return ok(subject, `${says}, and ${count(granted)} are granted`);
  return warning(
    subject,
    `${says}, and ${count(granted)} are granted: the others get 503 and lose time`,
    `have AWS raise Lambda's quota "Concurrent executions" in ${region} to ${count(needed)} or more`,
  );
}

/**
 * Checks the concurrency that is reserved for reconnects: it is also the most that they get.
 * @param granted concurrent executions that nobody has reserved
 */
export function compareReserved(
  granted: number,
  settings: Settings,
  players: number | undefined,
  region: string,
): Finding {
  const subject = 'reservedConcurrency';
  const reserved = settings.reservedConcurrency.reconnect;
  const { dropped, needed } = concurrencyNeed(settings, players);
  if (reserved < needed) {
    return warning(
      subject,
      `${count(dropped)} players dropped at once need about ${count(needed)} concurrent executions of warm functions, and reconnects get at most ${count(reserved)}: the others get 503 and lose time`,
      `write "reservedConcurrency": {"reconnect": ${needed}} or more, or leave it out`,
    );
  }
  const most = Math.max(0, granted - KEPT_UNRESERVED);
  if (reserved > most) {
    return warning(
      subject,
      `${count(granted)} concurrent executions are unreserved in ${region}, and at most ${count(most)} of them can be reserved: unless these ${count(reserved)} are deployed already, the deployment would fail`,
      'reserve fewer, or have AWS raise the quota of concurrent executions',
    );
  }
  return ok(
    subject,
    `${count(reserved)} concurrent executions are reserved for reconnects, and ${count(granted)} in ${region} are unreserved`,
  );
}

/** The finding if Lambda's concurrency cannot be read. */
export function unknownConcurrency(
  error: unknown,
  settings: Settings,
  players: number | undefined,
  region: string,
): Finding {
  const { needed } = concurrencyNeed(settings, players);
  const call = {
    service: 'Lambda',
    action: 'lambda:GetAccountSettings',
    otherwise: `check in the Lambda console that ${needed} concurrent executions are granted`,
  };
  return unreadable(concurrencySubject(region), call, error);
}

const concurrencySubject = (region: string) => `Lambda's concurrency in ${region}`;

/** Without a number of players: as many as the quota can reconnect, so that this agrees with the storm's finding. */
function concurrencyNeed(settings: Settings, players: number | undefined) {
  const dropped =
    players ?? reconnectCapacities(settings).reduce((total, { safePlayers }) => total + safePlayers, 0);
  return { dropped, needed: executionsFor(settings, dropped) };
}
