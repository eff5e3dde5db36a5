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

export const HELP = `CPU of a warm reconnect, against its own AWS and table calls made bare: npm run bench -- overhead [options]

  --rounds N    rounds that count, 1 to 1000 (default 40)
  --json        one object on the last line, for machines
  --svg PATH    where to draw the figures (default ${DOCUMENTED_SVG}; with --json, nowhere)

Both in one process, in turn: reconnects through the handler of the bundle that would be deployed; then the very calls that
these made, repeated by the same SDK clients with nothing around them. The local table and the emulator answer, from
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
