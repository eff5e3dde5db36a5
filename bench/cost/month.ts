/** What a month costs for a number of players: what their requests use, and the monthly fees. */
import { rounded } from '../broker/median.ts';
import type { CostArguments, Habits } from './arguments.ts';
import { billOf, sumOf, type Usage } from './figures.ts';
import type { CostMeasurement } from './measure.ts';
import { outlay } from './memory.ts';
import { MONITORING_DOLLARS } from './monitoring.ts';
import { COGNITO, TRACES } from './prices.ts';
import type { SessionRoute } from './session.ts';

export const PLAYERS = [1000, 10_000, 100_000] as const;

/** How often a page sends each request in a session. It polls once a second until the session runs; AWS does not say how long that takes. */
const REQUESTS: Readonly<Record<SessionRoute, number>> = {
  sessions: 1,
  start: 1,
  status: 10,
  report: 1,
  end: 1,
};
const MILLION = 1_000_000;
const SECONDS_PER_MONTH = 730 * 3600;
/** What the table's answers take of a request, in milliseconds: two calls, and DynamoDB answers in single-digit milliseconds. */
const TABLE_MS = 10;
/** Lambda traces one request a second of a function, and this part of the others. */
const TRACED_PART = 0.05;

/** Dollars of one month. */
export interface Month {
  players: number;
  requests: number;
  /** API Gateway, Lambda, DynamoDB, logs and data, by use. */
  use: number;
  /** At most. */
  traces: number;
  monitoring: number;
  /** The plan ESSENTIALS; nothing with a provider of one's own. */
  cognito: number;
  together: number;
}

/** What a month is calculated from. */
export type MonthSource = Pick<CostMeasurement, 'calm' | 'session' | 'memoryMb' | 'cpu'>;

/**
 * Lambda's billed time is calculated and not measured, since a busy machine would make it longer. It is AWS's time for each call, the
 * table's time, and the function's own time. Every route counts with the own time of a reconnect.
 */
export function monthOf(
  players: number,
  { habits: { sessions, losses }, awsLatencyMs }: Pick<CostArguments, 'habits' | 'awsLatencyMs'>,
  { calm, session, memoryMb, cpu }: MonthSource,
): Month {
  const { ownMs } = outlay(memoryMb, cpu.warm.ownMs, 0);
  const calculated = (usage: Usage): Usage => ({
    ...usage,
    billedMs: usage.awsCalls * awsLatencyMs + usage.httpRequests * (ownMs + TABLE_MS),
  });
  const inMonth = players * sessions;
  const rows = [
    // A loss is also reported.
    { usage: calculated(calm), count: inMonth * losses },
    ...(Object.keys(REQUESTS) as SessionRoute[]).map((route) => ({
      usage: calculated(session[route]),
      count: inMonth * (route === 'report' ? losses : REQUESTS[route]),
    })),
  ];
  const requests = rows.reduce((sum, { count }) => sum + count, 0);
  const use = rows.reduce(
    (sum, { usage, count }) => sum + (sumOf(billOf(usage, memoryMb)) * count) / MILLION,
    0,
  );
  const traced = rows.reduce((sum, { count }) => sum + tracedOf(count), 0);
  const parts = {
    use: rounded(use, 2),
    traces: rounded((traced / MILLION) * TRACES.dollars, 2),
    monitoring: MONITORING_DOLLARS,
    cognito: rounded(Math.max(0, players - COGNITO.freePlayers) * COGNITO.dollars, 2),
  };
  const together = rounded(parts.use + parts.traces + parts.monitoring + parts.cognito, 2);
  return { players, requests, ...parts, together };
}

/** The most that Lambda traces of a function's requests in a month. */
function tracedOf(requests: number): number {
  const first = Math.min(requests, SECONDS_PER_MONTH);
  return first + (requests - first) * TRACED_PART;
}

/** The sums for people. */
export function monthReport(months: readonly Month[], { sessions, losses }: Habits): string {
  const row = (label: string, of: (month: Month) => string) =>
    `${label.padEnd(42)}${months.map((month) => of(month).padStart(12)).join('')}`;
  const dollars = (value: number) => value.toFixed(2);
  return `Dollars per month, at list prices in us-east-1

${[
  row('players', ({ players }) => players.toLocaleString('en-US')),
  row('requests', ({ requests }) => requests.toLocaleString('en-US')),
  row('requests, functions, table, logs, data', ({ use }) => dollars(use)),
  row('X-Ray traces, at most', ({ traces }) => dollars(traces)),
  row('metrics, alarms, dashboard, probe', ({ monitoring }) => dollars(monitoring)),
  row('Cognito, plan ESSENTIALS', ({ cognito }) => dollars(cognito)),
  row('total', ({ together }) => dollars(together)),
  row('  with your own identity provider', ({ together, cognito }) => dollars(together - cognito)),
].join('\n')}

Each player has ${sessions} sessions in the month and loses the stream ${losses} ${losses === 1 ? 'time' : 'times'} in each. A session has one list of sessions, one start,
${REQUESTS.status} status polls and one end. Each loss adds one reconnect and one report. Functions are warm.
The time that Lambda bills is calculated: AWS's time, the table's time, and a reconnect's own time as below.
Not included: GameLift Streams itself, which costs far more; free tiers except Cognito's; stored data; e-mails; the operator API.`;
}
