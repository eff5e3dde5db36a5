import { chartPath, readOptions, whole } from '../options.ts';
import type { Habits } from './month.ts';

/** The options of the cost bench. */
export interface CostArguments {
  /** Reconnects one after another. */
  reconnects: number;
  /** Players of the storm. */
  players: number;
  /** How long AWS takes for a reconnect, in milliseconds. */
  awsLatencyMs: number;
  /** What each player does in a month. */
  habits: Habits;
  /** Prints one JSON object on the last line. */
  json: boolean;
  /** Path of the chart; absent: none is drawn. */
  svg?: string;
}

/** The default path of the chart. */
const DOCUMENTED_SVG = 'docs/cost.svg';

export const HELP = `Dollars for a million reconnects, calm and in a storm, and for a month with 1,000, 10,000 and 100,000 players: npm run bench -- cost [options]

  --reconnects N    reconnects one after another, 1 to 10000 (default 60)
  --players N       players of the storm, 1 to 2000 (default 200)
  --aws-latency MS  how long AWS takes for a reconnect, 1 to 4000 (default 200)
  --sessions N      sessions of each player in a month, 1 to 1000 (default 10)
  --losses N        lost streams in each session, 0 to 100 (default 1)
  --json            one object on the last line, for machines
  --svg PATH        where to draw the bill (default ${DOCUMENTED_SVG}; with --json, nowhere)

AWS's list prices times what this run used: the functions' billed time, the table's request units, log and answer bytes,
requests. Beside them what memory would buy, reckoned from the CPU that a reconnect took, cold and warm. The defaults take
about two minutes.`;

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
