import { chartPath, readOptions, whole } from '../options.ts';

/** The options of the cold start bench. */
export interface ColdStartArguments {
  /** Fresh processes of each kind. */
  runs: number;
  /** Fresh processes of each kind, for what a player waits; 0: not measured. */
  waits: number;
  /** Memory of the function that a player waits for. */
  memoryMb: number;
  /** A commit whose bundle is measured beside today's. */
  against?: string;
  /** Prints one JSON object on the last line. */
  json: boolean;
  /** Path of the chart; absent: none is drawn. */
  svg?: string;
}

/** The default path of the chart. */
const DOCUMENTED_SVG = 'docs/coldstart.svg';

export const HELP = `Measures cold starts of the reconnect function: npm run bench -- coldstart [options]

  --runs N      fresh processes for each kind of handler, to measure the import, 1 to 1000 (default 40)
  --waits N     fresh processes for each kind, to measure a player's wait, 0 to 1000 (default 15); 0 leaves this part out
  --memory MB   memory of the function in that part, 128 to 10240 (default 512)
  --against COMMIT
                measures the function of that commit too, in turn, and prints the ratios
  --json        prints one JSON object on the last line
  --svg PATH    where to draw the chart (default ${DOCUMENTED_SVG}; with --json, no chart)

The first part measures the import in a fresh process, for four kinds of handler in turn:
  an empty handler;
  the bundle that would be deployed;
  the same code, bundled with esbuild's defaults and the SDK's default credential chain;
  a CommonJS handler that is not bundled, with the whole SDK client for GameLift Streams and a logger.
All but the empty handler also make a first reconnect, against the local table and the emulator. The figures are medians.

The second part measures a player's wait. A process initializes with a whole core. Then it answers its first request over TLS, with
the share of a core that Lambda gives to this memory. The kernel limits the share if it can (on Linux, as root). Otherwise signals
stop and continue the process. The output says which. The defaults take about three minutes.`;

/**
 * Reads the command line.
 * @throws UsageError in one sentence that says what to type
 */
export function coldStartArguments(args: readonly string[]): ColdStartArguments {
  const {
    runs = '40',
    waits = '15',
    memory = '512',
    against,
    json = false,
    svg,
  } = readOptions('coldstart', args, {
    runs: { type: 'string' },
    waits: { type: 'string' },
    memory: { type: 'string' },
    against: { type: 'string' },
    json: { type: 'boolean' },
    svg: { type: 'string' },
  });
  return {
    runs: whole('runs', runs, 1, 1000),
    waits: whole('waits', waits, 0, 1000),
    memoryMb: whole('memory', memory, 128, 10_240),
    ...(against === undefined ? {} : { against }),
    json,
    ...chartPath(svg, { documented: DOCUMENTED_SVG, json }),
  };
}
