import { rounded } from '../broker/median.ts';
import { PRICES, type PriceName } from './prices.ts';

/** What a number of players used together until they were back. */
export interface Usage {
  players: number;
  httpRequests: number;
  /** Each invocation's duration rounded up to 1 ms, as Lambda bills it. */
  billedMs: number;
  writeUnits: number;
  readUnits: number;
  logBytes: number;
  /** The answers' bytes without headers. */
  answerBytes: number;
  awsCalls: number;
}

export type Bill = Record<PriceName, number>;

const GB = 1_000_000_000;
const MB_PER_GB = 1024;
const MS_PER_SECOND = 1000;
const MILLION = 1_000_000;

/** Dollars for a million players who come back like these. */
export function billOf(usage: Usage, memoryMb: number): Bill {
  const { players } = usage;
  const million = (name: PriceName, used: number) => PRICES[name].dollars * (used / players);
  const each = (name: PriceName, used: number) => PRICES[name].dollars * (used / players) * MILLION;
  const gbSeconds = (usage.billedMs / MS_PER_SECOND) * (memoryMb / MB_PER_GB);
  return {
    httpApiRequests: million('httpApiRequests', usage.httpRequests),
    lambdaRequests: million('lambdaRequests', usage.httpRequests),
    lambdaDuration: each('lambdaDuration', gbSeconds),
    tableWrites: million('tableWrites', usage.writeUnits),
    tableReads: million('tableReads', usage.readUnits),
    logs: each('logs', usage.logBytes / GB),
    transferOut: each('transferOut', usage.answerBytes / GB),
  };
}

export function sumOf(bill: Bill): number {
  return rounded(
    Object.values(bill).reduce((sum, dollars) => sum + dollars, 0),
    2,
  );
}

/** What one player used, for people and machines. */
export function perPlayer(usage: Usage) {
  const each = (used: number, digits: number) => rounded(used / usage.players, digits);
  return {
    httpRequests: each(usage.httpRequests, 2),
    awsCalls: each(usage.awsCalls, 2),
    billedMs: each(usage.billedMs, 1),
    writeUnits: each(usage.writeUnits, 2),
    readUnits: each(usage.readUnits, 2),
    logBytes: each(usage.logBytes, 0),
    answerBytes: each(usage.answerBytes, 0),
  };
}
