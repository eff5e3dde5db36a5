import type { Lease } from './lease.ts';

/** How many connections are remembered; a page that is further behind has been replaced long since. */
const HISTORY_KEPT = 8;
/**
 * Stands in the stored list between the connections of two devices. No connection is named so, and a function of an earlier
 * release, which reads the list as one device's, lets both devices in.
 */
const NEXT_DEVICE = '';
/** How much of a connection's name tells it from the few others of a session. */
const MARK_LENGTH = 4;

/** What a lease keeps of the connection that its request named. Empty where the request named none: the player insisted. */
export function markOfPrevious(previousConnectionId: string | undefined): string {
  return previousConnectionId?.slice(0, MARK_LENGTH) ?? '';
}

/**
 * The history with the connections that functions may have made without writing them down. A player who insists may do so
 * on another device. It is not known whether that device got its connection, so either device may have the stream. Each keeps its own
 * connections until one of them comes back. In one list, both could take the stream from each other for ever.
 */
export function withUnrecorded(history: readonly string[], unrecorded: readonly Lease[]): string[] {
  const devices = devicesOf(history);
  for (const { connectionId, follows } of unrecorded) {
    if (connectionId === undefined || devices.flat().includes(connectionId)) continue;
    const followed = devices.find((device) => device.some((id) => follows && id.startsWith(follows)));
    if (follows === '') devices.push([connectionId]);
    else (followed ?? devices.at(-1))?.push(connectionId);
  }
  return listOf(devices);
}

/** The newest connections of a history, as many as are kept. */
export function keptHistory(history: readonly string[]): string[] {
  const dropped = new Set(connectionsIn(history).slice(0, -HISTORY_KEPT));
  return listOf(devicesOf(history).map((device) => device.filter((id) => !dropped.has(id))));
}

/** Whether a history has a connection, of any device. */
export function isInHistory(history: readonly string[], connectionId: string): boolean {
  return connectionsIn(history).includes(connectionId);
}

/**
 * The history after a connection was made. A request that names a member continues its device's history, and other devices are
 * overtaken; one that names none begins it anew. The device plays on the connection that it names, however many were made
 * since and never used: that one is forgotten last.
 */
export function addConnection(
  history: readonly string[],
  connectionId: string,
  previousConnectionId: string | undefined,
): string[] {
  if (previousConnectionId === undefined) return [connectionId];
  const newest = [previousConnectionId, connectionId];
  const devices = devicesOf(history);
  const own =
    devices.find((device) => device.includes(previousConnectionId)) ??
    devices.find((device) => device.includes(connectionId)) ??
    devices.flat();
  return [...own.filter((id) => !newest.includes(id)), ...newest].slice(-HISTORY_KEPT);
}

/** The connections of each device. One without any is there for an empty history. */
function devicesOf(history: readonly string[]): string[][] {
  const devices: string[][] = [[]];
  for (const id of history) {
    if (id === NEXT_DEVICE) devices.push([]);
    else devices.at(-1)?.push(id);
  }
  return devices;
}

function listOf(devices: readonly string[][]): string[] {
  const [first = [], ...others] = devices.filter((device) => device.length > 0);
  return [...first, ...others.flatMap((device) => [NEXT_DEVICE, ...device])];
}

function connectionsIn(history: readonly string[]): string[] {
  return history.filter((id) => id !== NEXT_DEVICE);
}
