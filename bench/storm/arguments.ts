import { chartPath, readOptions, whole } from '../options.ts';
import { UsageError } from '../usage-error.ts';

/** The options of the storm bench. */
export interface StormArguments {
  /** How many players lose their stream at the same moment. */
  players: number;
  /** AWS calls a second, for the account. */
  quota: number;
  /** Seconds until AWS notices the loss; one storm for each. */
  notices: readonly [number, ...number[]];
  /** Writes a second that one item of the table accepts; absent: no limit. */
  itemWrites?: number;
  /** Prints one JSON object on the last line. */
  json: boolean;
  /** Simulates in virtual time: all scenarios, or one storm of the given size. */
  simulate: false | 'sweep' | 'one';
  /** Of the simulated players so many percent never return when they are told to wait. */
  neverReturnPercent: number;
  /** Simulates the one storm also without the overflow queue. */
  withoutOverflow: boolean;
  /** Path of the chart; absent: none is drawn. */
  svg?: string;
}

/** The default path of the chart. */
const DOCUMENTED_SVG = 'docs/storm.svg';

export const HELP = `Measures a storm: many players lose their stream at the same moment and reconnect. npm run bench -- storm [options]

  --players N   how many players, 1 to 15000 (default 2000)
  --quota N     AWS calls per second for the account, 1 to 1000 (default 20)
  --notice LIST seconds until AWS notices the loss, 0 to 60 (default 0); one storm for each, such as 0,5,15
  --item-writes N
                writes per second that one item of the table accepts, 1 to 1000 (default: no limit)
  --json        prints one JSON object on the last line
  --svg PATH    where to draw the chart of returning players (default ${DOCUMENTED_SVG}; with --json, no chart)
  --simulate    runs in virtual time instead: many storms of up to a million players. With --players (up to 1000000),
                --quota (up to 10000) or --notice it runs only that storm, with players of the client library
  --never-return PERCENT
                with --simulate: the percentage of players who do not return after a wait, 0 to 100 (default 0)
  --without-overflow
                with --simulate: runs the storm also without the overflow queue, to show what that queue saves

Three policies run one after another, against one local deployment and its emulator of GameLift Streams: Rejoin over HTTP;
the AWS SDK's standard retry alone; the SDK's retry plus exponential backoff with full jitter in the browser. The
defaults take about five minutes, --players 200 half a minute.

In the table of a simulation, "possible" are the players whom any policy could save, "last s" the seconds until the last one was back,
and "floor s" players / quota. "AWS", "HTTP", "polls" and "writes" are AWS calls, requests, status polls and table writes: "/pl" per player,
"/s" in the second with the most.`;

/**
 * Reads the command line.
 * @throws UsageError in one sentence that says what to type
 */
export function stormArguments(args: readonly string[]): StormArguments {
  const values = readOptions('storm', args, {
    players: { type: 'string' },
    quota: { type: 'string' },
    notice: { type: 'string' },
    'item-writes': { type: 'string' },
    json: { type: 'boolean' },
    simulate: { type: 'boolean' },
    'never-return': { type: 'string' },
    'without-overflow': { type: 'boolean' },
    svg: { type: 'string' },
  });
  const { json = false, simulate = false } = values;
  if (simulate && values.svg !== undefined) {
    throw new UsageError('--simulate draws no chart: leave --svg out.');
  }
  const { 'never-return': neverReturn = '0', 'without-overflow': withoutOverflow = false } = values;
  if (!simulate && (values['never-return'] !== undefined || withoutOverflow)) {
    throw new UsageError('--never-return and --without-overflow need --simulate.');
  }
  const sized = (['players', 'quota', 'notice', 'never-return', 'without-overflow'] as const).some(
    (name) => values[name] !== undefined,
  );
  const itemWrites = values['item-writes'];
  if (simulate && itemWrites !== undefined) {
    throw new UsageError('With --simulate an item accepts 1,000 writes per second: leave --item-writes out.');
  }
  const [first = '0', ...others] = (values.notice ?? '0').split(',');
  const notice = (text: string) => whole('notice', text, 0, 60);
  if (simulate && others.length > 0) {
    throw new UsageError('--simulate takes one --notice.');
  }
  const picture = chartPath(values.svg, { documented: DOCUMENTED_SVG, json: json || simulate });
  return {
    players: whole('players', values.players ?? '2000', 1, simulate ? 1_000_000 : 15_000),
    quota: whole('quota', values.quota ?? '20', 1, simulate ? 10_000 : 1000),
    notices: [notice(first), ...others.map(notice)],
    json,
    simulate: simulate && (sized ? 'one' : 'sweep'),
    neverReturnPercent: whole('never-return', neverReturn, 0, 100),
    withoutOverflow,
    ...(itemWrites === undefined ? {} : { itemWrites: whole('item-writes', itemWrites, 1, 1000) }),
    ...picture,
  };
}
