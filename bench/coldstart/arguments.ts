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

export const HELP = `The import of the reconnect function in a fresh process: npm run bench -- coldstart [options]

  --runs N      fresh processes of each kind, 1 to 1000 (default 40)
  --waits N     the same, for what a player waits, 0 to 1000 (default 15; 0: not measured)
  --memory MB   of the function that a player waits for, 128 to 10240 (default 512)
  --against COMMIT
                measures also the function of that commit, in turns, and prints ratios
  --json        one object on the last line, for machines
  --svg PATH    where to draw the figures (default ${DOCUMENTED_SVG}; with --json, nowhere)

Medians, all kinds in turn: an empty handler; the bundle that would be deployed; the same code bundled by esbuild's own
defaults, with the SDK's default credential chain; a CommonJS handler that isn't bundled, with the whole SDK client for
GameLift Streams and a logger. Of each but the empty one also the import and its first reconnect together, against the local
table and the emulator.

What a player waits for: a process initializes with a whole core, then answers its first request with the share of a core that Lambda
gives to this memory, over TLS. The share is a limit of the kernel where one can be set (root on Linux), otherwise the process is
stopped and continued by signals; the output says which. The defaults take about three minutes.`;

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
