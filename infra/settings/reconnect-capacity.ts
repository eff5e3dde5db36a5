/** Whether everybody gets back in time when all players of one Region are dropped together. Pure: the synthesis and the doctor ask. */
import type { Settings } from './settings.ts';

/** What one Region has for its players to come back with. */
export interface Storm {
  readonly region: string;
  /** Reconnects that AWS grants the account. */
  readonly perSecond: number;
  /** How long AWS keeps a session without a client: the shortest of the Region's stream groups. */
  readonly timeoutSeconds: number;
  /** How many get back with something to spare. */
  readonly comfortable: number;
}

/**
 * Never all of the time is for reconnects: a browser takes 2 to 7 s to notice that its stream is dead, the first turn comes 0.7 s
 * after AWS throttles, and a turn is kept for 2 s. So 10 s of any time-out are spoken for, and a tenth of a long one.
 */
const spareSeconds = (timeoutSeconds: number) => Math.max(10, timeoutSeconds / 10);

/** The most that the settings take: of `connectionTimeoutSeconds` AWS's own limit. */
const longestTimeout = 3600;
const largestQuota = 100_000;

export function stormsOf({ streamGroups, quotas }: Pick<Settings, 'streamGroups' | 'quotas'>): Storm[] {
  const perSecond = quotas.CreateStreamSessionConnection;
  return [...Map.groupBy(streamGroups, ({ region }) => region)].map(([region, groups]) => {
    const timeoutSeconds = Math.min(...groups.map((group) => group.connectionTimeoutSeconds));
    const usable = Math.max(0, timeoutSeconds - spareSeconds(timeoutSeconds));
    return { region, perSecond, timeoutSeconds, comfortable: Math.floor(perSecond * usable) };
  });
}

/** A number of players as people read it. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** @returns what is wrong with so many players and what to do, each without a full stop; undefined where nothing is */
export function stormProblem(
  { perSecond, timeoutSeconds, comfortable }: Storm,
  players: number,
): { says: string; todo: string } | undefined {
  if (players <= comfortable) return undefined;
  const seconds = Math.ceil(players / perSecond);
  const lost = players - Math.floor(perSecond * timeoutSeconds);
  const spare = Math.ceil(spareSeconds(timeoutSeconds));
  const all = `${count(players)} players dropped at once take ${count(seconds)} s`;
  const says =
    lost > 0
      ? `${all}, and AWS ends a session after ${timeoutSeconds} s: about ${count(lost)} would be lost`
      : `${all} of the ${timeoutSeconds} s that AWS keeps a session, and ${spare} s of these go by before the loss is noticed and the first turn comes: some may be lost`;
  const longer = Math.ceil(Math.max(seconds + 10, seconds / 0.9));
  const usable = timeoutSeconds - spareSeconds(timeoutSeconds);
  const quota = (time: number) => Math.ceil(players / time);
  const raise = (time: number) =>
    `have AWS raise the quota of CreateStreamSessionConnection to ${quota(time)} a second and write it into quotas`;
  const ways = [
    ...(longer <= longestTimeout ? [`raise connectionTimeoutSeconds to ${longer} or more`] : []),
    ...(usable > 0 && quota(usable) <= largestQuota ? [raise(usable)] : []),
  ];
  if (ways.length === 0) {
    const timeout = quota(108) <= largestQuota ? 120 : longestTimeout;
    ways.push(`raise connectionTimeoutSeconds to ${timeout}, and ${raise(timeout * 0.9)}`);
  }
  return { says, todo: ways.join(', or ') };
}
