/**
 * Whether all players of a Region can reconnect in time when all lose their streams at once. Pure: synthesis and doctor use it.
 */
import { groupedBy } from './grouped.ts';
import type { Settings } from './settings.ts';

/** The capacity of one Region for reconnects. */
export interface ReconnectCapacity {
  readonly region: string;
  /** Reconnects per second that AWS grants the account. */
  readonly perSecond: number;
  /** How long AWS keeps a session without a client: the shortest of all stream groups in the Region. */
  readonly timeoutSeconds: number;
  /** How many players can get back in time, with some time to spare. */
  readonly safePlayers: number;
}

/**
 * Not all of the time-out is left for reconnects. A browser takes 2 to 7 s to notice the loss of its stream. The first ticket
 * of the queue is due 0.7 s after AWS throttles, and a ticket is kept for 2 s. So 10 s are reserved, or a tenth of a long
 * time-out.
 */
const reservedSeconds = (timeoutSeconds: number) => Math.max(10, timeoutSeconds / 10);

/** The limits of the settings; that of `connectionTimeoutSeconds` is AWS's own. */
const longestTimeout = 3600;
const largestQuota = 100_000;

export function reconnectCapacities({
  streamGroups,
  quotas,
}: Pick<Settings, 'streamGroups' | 'quotas'>): ReconnectCapacity[] {
  const perSecond = quotas.CreateStreamSessionConnection;
  return [...groupedBy(streamGroups, ({ region }) => region)].map(([region, groups]) => {
    const timeoutSeconds = Math.min(...groups.map((group) => group.connectionTimeoutSeconds));
    const usableSeconds = Math.max(0, timeoutSeconds - reservedSeconds(timeoutSeconds));
    return { region, perSecond, timeoutSeconds, safePlayers: Math.floor(perSecond * usableSeconds) };
  });
}

/** A number with thousands separators: 2,400. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** @returns what is wrong with so many players and what to do, each without a full stop; undefined if all can get back */
export function capacityShortfall(
  { perSecond, timeoutSeconds, safePlayers }: ReconnectCapacity,
  players: number,
): { says: string; todo: string } | undefined {
  if (players <= safePlayers) return undefined;
  const seconds = Math.ceil(players / perSecond);
  const lost = players - Math.floor(perSecond * timeoutSeconds);
  const reserved = Math.ceil(reservedSeconds(timeoutSeconds));
  const everybody = `${count(players)} players dropped at once take ${count(seconds)} s`;
  const says =
    lost > 0
      ? `${everybody}, and AWS ends a session after ${timeoutSeconds} s: about ${count(lost)} would be lost`
      : `${everybody} of the ${timeoutSeconds} s that AWS keeps a session, and ${reserved} s of these pass before AWS notices the loss and the queue starts: some may be lost`;
  const longerTimeout = Math.ceil(Math.max(seconds + 10, seconds / 0.9));
  const usableSeconds = timeoutSeconds - reservedSeconds(timeoutSeconds);
  const quotaFor = (time: number) => Math.ceil(players / time);
  const raiseQuota = (time: number) =>
    `ask AWS to raise CreateStreamSessionConnection to ${quotaFor(time)} a second and write into quotas what it grants (AWS does not say whether it raises it)`;
  const remedies = [
    ...(longerTimeout <= longestTimeout
      ? [`raise connectionTimeoutSeconds to ${longerTimeout} or more`]
      : []),
    ...(usableSeconds > 0 && quotaFor(usableSeconds) <= largestQuota ? [raiseQuota(usableSeconds)] : []),
  ];
  if (remedies.length === 0) {
    const timeout = quotaFor(108) <= largestQuota ? 120 : longestTimeout;
    remedies.push(`raise connectionTimeoutSeconds to ${timeout}, and ${raiseQuota(timeout * 0.9)}`);
  }
  return { says, todo: remedies.join(', or ') };
}
