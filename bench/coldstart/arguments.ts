import { chartPath, readOptions, whole } from '../options.ts';

/** The options of the cold start bench. */
export interface ColdStartArguments {
  /** Fresh processes of each kind. */
  runs: number;
  /** Prints one JSON object on the last line. */
  json: boolean;
  /** Path of the chart; absent: none is drawn. */
  svg?: string;
}

/** The default path of the chart. */
const DOCUMENTED_SVG = 'docs/coldstart.svg';

export const HELP = `The import of the reconnect function in a fresh process: npm run bench -- coldstart [options]

  --runs N      fresh processes of each kind, 1 to 1000 (default 40)
  --json        one object on the last line, for machines
  --svg PATH    where to draw the figures (default ${DOCUMENTED_SVG}; with --json, nowhere)

Medians, all kinds in turn: an empty handler; the bundle that would be deployed; the same code bundled by esbuild's own
defaults, with the SDK's default credential chain; a CommonJS handler that isn't bundled, with the whole SDK client for
GameLift Streams and a logger. Of each but the empty one also the import and its first reconnect together, against the local
table and the emulator. The defaults take about a minute.`;

/**
 * Reads the command line.
 * @throws UsageError in one sentence that says what to type
 */
export function coldStartArguments(args: readonly string[]): ColdStartArguments {
  const {
    runs = '40',
    json = false,
    svg,
  } = readOptions('coldstart', args, {
    runs: { type: 'string' },
    json: { type: 'boolean' },
    svg: { type: 'string' },
  });
  return {
    runs: whole('runs', runs, 1, 1000),
    json,
    ...chartPath(svg, { documented: DOCUMENTED_SVG, json }),
  };
}
