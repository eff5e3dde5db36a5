import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What differs from one connection to the next; everything else of an SDP is what a browser and a game can do. */
const RANDOM_PARTS =
  /^(?:o=- (\d+) |a=ice-(?:ufrag|pwd):(\S+)|a=fingerprint:sha-256 (\S+)|a=msid:- (\S+)|a=ssrc:(\d+)(?= )|a=ssrc-group:FID (\d+) (\d+)|a=candidate:(\d+) )| cname:(\S+)/gm;

/**
 * What Chromium 156 offers for a stream as the Web SDK asks for one (audio, video and two data channels), and what another
 * Chromium answers it. The Web SDK sends its offer before it has candidates.
 */
const OFFER = read('chromium-offer.sdp');
const ANSWER = read('chromium-answer.sdp');

/** An offer as long as a real one, that nobody made before. */
export function longOffer(): string {
  const extras = { features: [{ name: 'touch', value: 'supported' }] };
  return JSON.stringify({ type: 'offer', sdp: randomized(OFFER), webSdkVersion: '1.2.0', extras });
}

/** An answer to such an offer. */
export function longAnswer(): string {
  const webSdkProtocolUrl = 'https://d2example.cloudfront.net/websdk/1.2.0/protocol.js';
  return JSON.stringify({ type: 'answer', sdp: randomized(ANSWER), webSdkProtocolUrl });
}

/** The same SDP of another connection: what was random is so again, and what was equal stays so. */
function randomized(sdp: string): string {
  const found = [...sdp.matchAll(RANDOM_PARTS)].flatMap(([, ...parts]) => parts.filter((part) => part));
  let text = sdp;
  for (const part of new Set(found)) text = text.replaceAll(part, scrambled(part));
  return text;
}

/** Other letters and digits of the same kinds; the first digit of a number stays. */
function scrambled(text: string): string {
  return text.replace(/(?<!^)\d|[a-z]|[A-Z]/g, (sign) => {
    if (/\d/.test(sign)) return String(randomInt(10));
    const from = sign <= 'Z' ? 'A'.charCodeAt(0) : 'a'.charCodeAt(0);
    const letters = /^[\dA-F:]+$/.test(text) || /^[\da-f-]+$/.test(text) ? 6 : 26;
    return String.fromCharCode(from + randomInt(letters));
  });
}

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8').replaceAll(/\r?\n/g, '\r\n');
}
