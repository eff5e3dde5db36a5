import { barChart } from '../broker/bar-chart.ts';
import { rounded } from '../broker/median.ts';
import { longAnswer } from '../broker/sdp.ts';
import type { CostArguments } from './arguments.ts';
import { type Bill, billOf, perPlayer, sumOf } from './figures.ts';
import { type CostMeasurement, STORM_QUOTA } from './measure.ts';
import { FULL_CORE_MB, MEMORY_MODEL, memoryReport, memoryRows } from './memory.ts';
import { type Month, monthOf, monthReport, PLAYERS } from './month.ts';
import { PRICES, PROVISIONED_CONCURRENCY, type PriceName } from './prices.ts';
import { refusedWritesReport } from './refused-writes.ts';

const NAMES: Readonly<Record<PriceName, string>> = {
  httpApiRequests: 'API Gateway, requests',
  lambdaRequests: 'Lambda, requests',
  lambdaDuration: 'Lambda, duration',
  tableWrites: 'DynamoDB, writes',
  tableReads: 'DynamoDB, reads',
  logs: 'CloudWatch Logs',
  transferOut: 'data to the internet',
};
const ORDER = Object.keys(NAMES) as PriceName[];

/** What the sum leaves out. */
const LEFT_OUT =
  'Not included: free tiers and volume discounts, cold starts, traces, stored data, monthly fees for alarms and metrics, and GameLift Streams itself.';

const monthsOf = (options: CostArguments, measured: CostMeasurement): Month[] =>
  PLAYERS.map((players) => monthOf(players, options, measured));

/** What `--json` prints. */
export function jsonFigures(options: CostArguments, measured: CostMeasurement) {
  const { calm, storm, memoryMb, cpu, refusedWrites, session } = measured;
  return {
    calm: sumOf(billOf(calm, memoryMb)),
    storm: sumOf(billOf(storm, memoryMb)),
    months: monthsOf(options, measured),
    assumptions: {
      unit: 'US dollars for a million reconnected players, us-east-1 list prices',
      memoryMb,
      architecture: 'arm64',
      awsLatencyMs: options.awsLatencyMs,
      stormQuota: STORM_QUOTA,
      measured: {
        calm: { players: calm.players, ...perPlayer(calm) },
        storm: { players: storm.players, ...perPlayer(storm) },
        session: Object.fromEntries(
          Object.entries(session).map(([route, usage]) => [route, perPlayer(usage)]),
        ),
      },
      habits: options.habits,
      refusedWrites,
      prices: PRICES,
      memory: {
        model: MEMORY_MODEL.replaceAll('\n', ' '),
        measuredMs: cpu,
        rows: memoryRows(cpu),
        price: PROVISIONED_CONCURRENCY,
      },
      leftOut: LEFT_OUT,
    },
  };
}

/** The figures for people. */
export function costReport(options: CostArguments, measured: CostMeasurement): string {
  const { calm, storm, memoryMb, cpu, refusedWrites } = measured;
  const bills: [Bill, Bill] = [billOf(calm, memoryMb), billOf(storm, memoryMb)];
  const [calmly, stormily] = [perPlayer(calm), perPlayer(storm)];
  const row = (label: string, one: string | number, other: string | number) =>
    `${label.padEnd(36)}${String(one).padStart(10)}${String(other).padStart(10)}`;
  const dollars = (value: number) => value.toFixed(2);
  return `Dollars for a million reconnected players, at list prices in us-east-1

${[
  row('', 'calm', 'storm'),
  ...ORDER.map((name) => row(NAMES[name], dollars(bills[0][name]), dollars(bills[1][name]))),
  row('total', dollars(sumOf(bills[0])), dollars(sumOf(bills[1]))),
  '',
  row('per player: HTTP requests', calmly.httpRequests, stormily.httpRequests),
  row('  AWS calls', calmly.awsCalls, stormily.awsCalls),
  row('  billed ms', calmly.billedMs, stormily.billedMs),
  row(
    '  write and read units',
    `${calmly.writeUnits}+${calmly.readUnits}`,
    `${stormily.writeUnits}+${stormily.readUnits}`,
  ),
  row('  bytes of log', calmly.logBytes, stormily.logBytes),
].join('\n')}

Calm: ${calm.players} reconnects one after another. Storm: ${storm.players} players arrive within two seconds, and AWS accepts ${STORM_QUOTA} calls per second.
Functions have ${memoryMb} MB on arm64. AWS takes ${options.awsLatencyMs} ms for a reconnect. AWS does not document what a game answers, so the
answer here is Chromium's to an offer of the Web SDK (${rounded(longAnswer().length / 1000, 1)} KB).
The functions' own time is that of this machine. A function of ${memoryMb} MB has about ${(memoryMb / FULL_CORE_MB).toFixed(1)} of a core.
${LEFT_OUT}

${monthReport(monthsOf(options, measured), options.habits)}

${refusedWritesReport(refusedWrites)}

${memoryReport(cpu)}`;
}

/** The chart of the bills. */
export function costChart({ calm, storm, memoryMb }: CostMeasurement): string {
  const bar = (label: string, bill: Bill) => ({
    label,
    parts: ORDER.map((name) => ({ name: NAMES[name], value: bill[name] })),
    text: `$${sumOf(bill).toFixed(2)}`,
  });
  return barChart(
    'Dollars for a million reconnected players',
    [bar('calm', billOf(calm, memoryMb)), bar('storm', billOf(storm, memoryMb))],
    'list prices in us-east-1, functions on arm64',
  );
}
