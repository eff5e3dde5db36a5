import { type Finding, ok, problem, unknown, warning } from './finding.ts';
import type { TimedResponse } from './unsigned-fetch.ts';

/** A `Date` header has whole seconds. */
const PRECISION_MS = 1000;
/** From here on a token that was just issued looks like one from the future, or a fresh one looks expired. */
const NOTICEABLE_MS = 10_000;
/** AWS refuses signatures that are older or newer (IAM User Guide, "Signature Version 4"). */
const REFUSED_MS = 5 * 60_000;

const subject = "this machine's clock";

/**
 * How far this machine's clock is ahead of a server's, in milliseconds, as far as one response shows.
 * @returns 0 if the server's date lies between request and response; undefined for a response without a date
 */
export function clockAheadMs({ headers, askedAt, answeredAt }: TimedResponse): number | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(date)) return undefined;
  if (date + PRECISION_MS < askedAt) return askedAt - date - PRECISION_MS;
  if (date > answeredAt + PRECISION_MS) return answeredAt + PRECISION_MS - date;
  return 0;
}

/** Compares this machine's clock with the date of a response. @param aheadMs from {@link clockAheadMs} */
export function checkClock(aheadMs: number | undefined, from: string): Finding {
  if (aheadMs === undefined) {
    const says = 'cannot be compared: no server answered with a date';
    return unknown(subject, says, 'check the network, or compare it by eye with https://time.is');
  }
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) < NOTICEABLE_MS) return ok(subject, `agrees with the date that ${from} answers`);
  const says = `is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the date that ${from} answers`;
  const todo = 'set it, and have it follow a time server (NTP)';
  if (Math.abs(aheadMs) >= REFUSED_MS) {
    return problem(subject, `${says}: AWS refuses what it signs`, todo);
  }
  return warning(subject, `${says}: tokens look older or newer than they are`, todo);
}
