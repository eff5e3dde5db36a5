import { capacityShortfall, count, reconnectCapacities } from '../../infra/settings/reconnect-capacity.ts';
import type { Settings } from '../../infra/settings/settings.ts';
import { type Finding, ok, warning } from './finding.ts';

/**
 * Checks that all players of a Region can reconnect in time when all are dropped at once. AWS limits an account's reconnects a
 * second in a Region, and keeps a session without a client until its connection time-out.
 * @param players how many may be streaming at once. Undefined: the finding says how many can reconnect in time
 */
export function checkStorm(
  settings: Pick<Settings, 'streamGroups' | 'quotas'>,
  players: number | undefined,
): Finding[] {
  return reconnectCapacities(settings).map((capacity) => {
    const { region, perSecond, timeoutSeconds, safePlayers } = capacity;
    const subject = `storm in ${region}`;
    if (players === undefined) {
      const rule = `${count(perSecond)} reconnects a second, ${timeoutSeconds} s to reconnect, with a reserve`;
      return ok(
        subject,
        `up to ${count(safePlayers)} players dropped at once all get back in time (${rule}); try --players N, or write expectedPlayers`,
      );
    }
    const tooLate = capacityShortfall(capacity, players);
    if (tooLate !== undefined) return warning(subject, tooLate.says, tooLate.todo);
    const seconds = Math.ceil(players / perSecond);
    return ok(
      subject,
      `with this quota, ${count(players)} players dropped at once are back within ${count(seconds)} s of ${timeoutSeconds} s`,
    );
  });
}
