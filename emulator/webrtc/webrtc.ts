import type { DataChannel, Track } from 'node-datachannel';

/** The module, under a name that no value clashes with. */
export type WebRtc = typeof import('node-datachannel');

let loaded: Promise<WebRtc> | undefined;

/** node-datachannel, loaded with the first real connection: its native part is of no use to signalling alone. */
export function loadWebRtc(): Promise<WebRtc> {
  loaded ??= import('node-datachannel');
  return loaded;
}

const held = new Set<DataChannel | Track>();

/**
 * Holds a data channel or track until it is closed. node-datachannel closes one whose JavaScript object is collected
 * as garbage, and then, having lost it from no list of its own, crashes in `cleanup()`: every one must pass through here.
 */
export function retain<T extends DataChannel | Track>(part: T, onClosed: () => void = () => {}): T {
  held.add(part);
  part.onClosed(() => {
    // The native side still works on the object until this callback has returned.
    setImmediate(() => held.delete(part));
    onClosed();
  });
  return part;
}

/**
 * Ends node-datachannel's threads, which keep a process alive otherwise. Call it once, on the process's way out, when
 * every emulator in it is closed: afterwards no connection can be made any more.
 */
export async function shutdownWebRtc(): Promise<void> {
  if (loaded) (await loaded).cleanup();
}

/** EPIPE, ECONNABORTED, ECONNRESET, ENOTCONN: the client has closed, and the channel does not know it yet. */
const GONE = /errno=(32|103|104|107)\b/;

/**
 * Sends on a track or data channel, unless it is closed. The client may close it between the question and the sending,
 * since the library has threads of its own: what it throws then is no error of anybody's.
 */
export function sendIfOpen(way: { isOpen(): boolean }, send: () => void): void {
  if (!way.isOpen()) return;
  try {
    send();
  } catch (error) {
    if (way.isOpen() && !GONE.test(String(error))) throw error;
  }
}
