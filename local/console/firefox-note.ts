import { LOOPBACK_ADDRESS, ownAddresses } from '../../emulator/webrtc/media-address.ts';

/**
 * What the page tells a player in Firefox, in one sentence; undefined where Firefox can play.
 * @param mediaAddress where media goes
 * @param own the addresses of this machine
 */
export function firefoxNote(
  mediaAddress = LOOPBACK_ADDRESS,
  own: readonly string[] = ownAddresses(),
): string | undefined {
  if (mediaAddress !== LOOPBACK_ADDRESS) return undefined;
  const other = own.find((address) => address !== LOOPBACK_ADDRESS);
  const why = 'No stream plays in Firefox here, because Firefox sends no media to 127.0.0.1';
  return other === undefined
    ? `${why}, and this machine has no other address: use another browser.`
    : `${why}: start with npm start -- --media-address ${other}, or use another browser.`;
}
