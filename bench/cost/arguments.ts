import { chartPath, readOptions, whole } from '../options.ts';

/** What each player does in a month. */
export interface Habits {
  /** Sessions of one player in a month. */
  sessions: number;
  /** Losses that end in a reconnect, of each session. */
  losses: number;
}

/** The options of the cost bench. */
export interface CostArguments {
  /** Reconnects one after another. */
  reconnects: number;
  /** Players of the storm. */
  players: number;
  /** How long AWS takes for a reconnect, in milliseconds. */
  awsLatencyMs: number;
  habits: Habits;
  /** Prints one JSON object on the last line. */
  json: boolean;
  /** Path of the chart; absent: none is drawn. */
  svg?: string;
}

/** The default path of the chart. */
const DOCUMENTED_SVG = 'docs/cost.svg';

export const HELP = `Calculates what Rejoin costs in AWS: npm run bench -- cost [options]

  --reconnects N    reconnects one after another, 1 to 10000 (default 60)
  --players N       players of the storm, 1 to 2000 (default 200)
  --aws-latency MS  milliseconds that AWS takes for a reconnect, 1 to 4000 (default 200)
  --sessions N      sessions of each player in a month, 1 to 1000 (default 10)
  --losses N        lost streams in each session, 0 to 100 (default 1)
  --json            prints one JSON object on the last line
  --svg PATH        where to draw the bill (default ${DOCUMENTED_SVG}; with --json, no chart)

It prints dollars for a million reconnects, calm and in a storm, and for a month with 1,000, 10,000 and 100,000 players. It measures
what this run used: requests, billed function time, request units of the table, bytes of logs and of answers. Then it multiplies
each by AWS's list price. A last table compares memory sizes. It is calculated from the CPU of a cold and of a warm reconnect.
The defaults take about two minutes.`;

/**
 * Reads the command line.
 * @throws UsageError in one sentence that says what to type
 */
export function costArguments(args: readonly string[]): CostArguments {
  const values = readOptions('cost', args, {
    reconnects: { type: 'string' },
    players: { type: 'string' },
    'aws-latency': { type: 'string' },
    sessions: { type: 'string' },
    losses: { type: 'string' },
    json: { type: 'boolean' },
    svg: { type: 'string' },
  });
  const { json = false } = values;
  return {
    reconnects: whole('reconnects', values.reconnects ?? '60', 1, 10_000),
    players: whole('players', values.players ?? '200', 1, 2000),
    awsLatencyMs: whole('aws-latency', values['aws-latency'] ?? '200', 1, 4000),
    habits: {
      sessions: whole('sessions', values.sessions ?? '10', 1, 1000),
      losses: whole('losses', values.losses ?? '1', 0, 100),
    },
    json,
    ...chartPath(values.svg, { documented: DOCUMENTED_SVG, json }),
  };
}
