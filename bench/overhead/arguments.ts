import { chartPath, readOptions, whole } from '../options.ts';

/** What the overhead is measured with. */
export interface OverheadArguments {
  /** Rounds that count, each of as many reconnects by Rejoin as by bare calls. */
  rounds: number;
  /** One object on the last line of the output, for machines. */
  json: boolean;
  /** Where the picture is drawn; absent: nowhere. */
  svg?: string;
}

/** Where the picture goes when nothing else is said: into the documentation. */
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
