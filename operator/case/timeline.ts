import { columns, printable } from '../cli/print.ts';
import type { Case } from './collect.ts';

/** What a case was made of. Times are epoch milliseconds. */
export interface CaseSpan {
  from: number;
  to: number;
  logGroups: number;
  maxBytes: number;
}

const time = (at: number) => new Date(at).toISOString();

/** Bytes as a person reads them. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}

/** The case as a table that a human reads, with what was scanned and what is missing. Every line is safe to show. */
export function timelineText(
  { players, events, scanned, missing }: Case,
  { from, to, logGroups, maxBytes }: CaseSpan,
): string[] {
  const rows = events.map(({ at, source, says, session, requestId }) => [
    time(at),
    source,
    says,
    session ?? '',
    requestId ?? '',
  ]);
  return [
    `Player ${players.length === 0 ? 'unknown' : players.map(printable).join(' or ')}, from ${time(from)} to ${time(to)}`,
    '',
    ...(rows.length > 0
      ? columns(['TIME', 'SOURCE', 'WHAT', 'STREAM SESSION', 'REQUEST'], rows)
      : ['Nothing was found in this time. Check the id, or give a longer --since.']),
    '',
    `Scanned: ${sizeText(scanned.bytes)}, ${scanned.records} lines of ${logGroups} log groups in ${scanned.queries} queries; at most ${sizeText(maxBytes)} (--max-scan). AWS bills what is scanned.`,
    "Lines of a page come from the player's browser and prove nothing.",
    ...missing.map((line) => `Missing: ${printable(line)}`),
  ];
}
