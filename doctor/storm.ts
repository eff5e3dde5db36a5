import type { Settings } from '../infra/settings.ts';
import { type Finding, ok, warning } from './finding.ts';

const number = (value: number) => value.toLocaleString('en-US');

/**
 * Whether everybody gets back in time when all players of one Region are dropped together. AWS grants an account so many
 * reconnects a second in a Region, and keeps a session without a client for its connection time-out.
 * @param players how many may be streaming at once; absent: the finding says how many there may be.
 */
export function checkStorm({ streamGroups, quotas }: Settings, players: number | undefined): Finding[] {
  const perSecond = quotas.CreateStreamSessionConnection;
  const regions = Map.groupBy(streamGroups, ({ region }) => region);
  return [...regions].map(([region, groups]) => {
    const subject = `storm in ${region}`;
    const timeout = Math.min(...groups.map(({ connectionTimeoutSeconds }) => connectionTimeoutSeconds));
    const most = Math.floor(perSecond * timeout);
    const rule = `${number(perSecond)} reconnects a second × ${timeout} s to reconnect`;
    if (players === undefined) {
      return ok(
        subject,
        `up to ${number(most)} players dropped at once all get back in time (${rule}); try --players N`,
      );
    }
    const seconds = Math.ceil(players / perSecond);
    if (players / perSecond <= timeout) {
      return ok(
        subject,
        `${number(players)} players dropped at once are back within ${number(seconds)} s of ${timeout} s`,
      );
    }
    const enough = Math.ceil(players / timeout);
    const raise = seconds <= 3600 ? `raise connectionTimeoutSeconds to ${seconds} or more` : undefined;
    return warning(
      subject,
      `${number(players)} players dropped at once take ${number(seconds)} s, and AWS ends a session after ${timeout} s: about ${number(players - most)} would be lost`,
      [
        raise,
        `have AWS raise the quota of CreateStreamSessionConnection to ${enough} a second and write it into quotas`,
      ]
        .filter((each) => each !== undefined)
        .join(', or '),
    );
  });
}
