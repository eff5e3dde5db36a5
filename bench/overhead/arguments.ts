import { chartPath, readOptions, whole } from '../options.ts';

/** The options of the overhead bench. */
export interface OverheadArguments {
  /** Rounds that count. Each has as many reconnects through Rejoin as by bare calls. */
  rounds: number;
  /** Prints one JSON object on the last line. */
  json: boolean;
  /** Path of the chart; absent: none is drawn. */
  svg?: string;
}

/** The default path of the chart. */
const DOCUMENTED_SVG = 'docs/overhead.svg';

export const HELP = `Measures the CPU of a warm reconnect, beside the same AWS and table calls alone: npm run bench -- overhead [options]

  --rounds N    how many rounds count, 1 to 1000 (default 40)
  --json        prints one JSON object on the last line
  --svg PATH    where to draw the chart (default ${DOCUMENTED_SVG}; with --json, no chart)

One process does both in turn. It makes reconnects through the handler of the bundle that would be deployed. Then it repeats
the calls that these reconnects made, with the same SDK clients and no other code. The local table and the emulator answer from
another process. The defaults take about a minute.`;

/**
 * Reads the command line.
 * @throws UsageError in one sentence that says what to type
 */
export function overheadArguments(args: readonly string[]): OverheadArguments {
  const {
    rounds = '40',
    json = false,
    svg,
  } = readOptions('overhead', args, {
    rounds: { type: 'string' },
    json: { type: 'boolean' },
    svg: { type: 'string' },
  });
  return {
    rounds: whole('rounds', rounds, 1, 1000),
    json,
    ...chartPath(svg, { documented: DOCUMENTED_SVG, json }),
  };
}
