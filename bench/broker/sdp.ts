import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The parts of an SDP that differ between connections. The rest describes what a browser and a game can do. */
const RANDOM_PARTS =
  /^(?:o=- (\d+) |a=ice-(?:ufrag|pwd):(\S+)|a=fingerprint:sha-256 (\S+)|a=msid:- (\S+)|a=ssrc:(\d+)(?= )|a=ssrc-group:FID (\d+) (\d+)|a=candidate:(\d+) )| cname:(\S+)/gm;

/**
 * Chromium 156's offer for a stream as the Web SDK requests one (audio, video and two data channels), and the answer of another
 * Chromium. The Web SDK sends its offer before it has candidates.
 */
const OFFER = read('chromium-offer.sdp');
const ANSWER = read('chromium-answer.sdp');

/** A new offer, as long as a real one. */
export function longOffer(): string {
  const extras = { features: [{ name: 'touch', value: 'supported' }] };
  return JSON.stringify({ type: 'offer', sdp: randomized(OFFER), webSdkVersion: '1.2.0', extras });
}

/** An answer to such an offer. */
export function longAnswer(): string {
  const webSdkProtocolUrl = 'https://d2example.cloudfront.net/websdk/1.2.0/protocol.js';
  return JSON.stringify({ type: 'answer', sdp: randomized(ANSWER), webSdkProtocolUrl });
}

/** The SDP of another connection: random parts are drawn again, and equal parts stay equal. */
function randomized(sdp: string): string {
  const found = [...sdp.matchAll(RANDOM_PARTS)].flatMap(([, ...parts]) => parts.filter((part) => part));
  let text = sdp;
  for (const part of new Set(found)) text = text.replaceAll(part, scrambled(part));
  return text;
}

/** Random letters and digits of the same kinds. The first digit of a number stays. */
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
