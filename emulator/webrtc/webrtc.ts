import type { DataChannel, Track } from 'node-datachannel';

/** The module's type. */
export type WebRtc = typeof import('node-datachannel');

let loaded: Promise<WebRtc> | undefined;

/** Loads node-datachannel with the first real connection: signalling peers do not need its native part. */
export function loadWebRtc(): Promise<WebRtc> {
  loaded ??= import('node-datachannel');
  return loaded;
}

const retained = new Set<DataChannel | Track>();

/**
 * Keeps a reference to a data channel or track until it is closed; call it for each. node-datachannel closes one whose
 * JavaScript object is garbage-collected, but keeps it in its own list, and then crashes in `cleanup()`.
 */
export function retain<T extends DataChannel | Track>(part: T, onClosed: () => void = () => {}): T {
  retained.add(part);
  part.onClosed(() => {
    // The native side still works on the object until this callback has returned.
    setImmediate(() => retained.delete(part));
    onClosed();
  });
  return part;
}

/** Ends node-datachannel's threads, if there are some. No connection can be made afterwards. */
export async function endThreads(): Promise<void> {
  if (loaded) (await loaded).cleanup();
}

/** ENOENT, EPIPE, ECONNABORTED, ECONNRESET, ENOTCONN: the client has closed, and the channel does not know it yet. */
const GONE = /errno=(2|32|103|104|107)\b/;

/**
 * Sends on a track or data channel, unless it is closed. The library has its own threads, so the client may close the
 * channel between the check and the sending. The error of that is ignored.
 */
export function sendIfOpen(channel: { isOpen(): boolean }, send: () => void): void {
  if (!channel.isOpen()) return;
  try {
    send();
  } catch (error) {
    if (channel.isOpen() && !GONE.test(String(error))) throw error;
  }
}
