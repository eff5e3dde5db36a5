import { chartPath, readOptions, whole } from '../options.ts';
import { UsageError } from '../usage-error.ts';
import { type Condition, KINDS, USUAL_NOTICE_SECONDS } from './conditions.ts';

/** The options of the recovery bench. */
export interface RecoveryArguments {
  /** Losses of each kind, for each policy. */
  cuts: number;
  conditions: readonly Condition[];
  /** Prints one JSON object on the last line. */
  json: boolean;
  /** Path of the chart; absent: none is drawn. */
  svg?: string;
}

/** The default path of the chart. */
const DOCUMENTED_SVG = 'docs/recovery.svg';
const MOST_BLACKOUT_SECONDS = 30;

export const HELP = `Measures the time from a loss to the next frame, in Chromium: npm run bench -- recovery [options]

  --cuts N         losses of each kind, for each way to come back, 1 to 1000 (default 10)
  --notice LIST    seconds until AWS notices a permanent loss, 0 to 60 each (default 0,5,15); 0 is always measured
  --blackout LIST  seconds of blackouts that end by themselves, 0.5 to ${MOST_BLACKOUT_SECONDS} each (default 1,2.5,4,8)
  --only LIST      measures only these kinds of loss: ${KINDS.join(', ')} (default all)
  --json           prints one JSON object on the last line
  --svg PATH       where to draw the chart (default ${DOCUMENTED_SVG}; with --json or --only, no chart)

Chromium plays real WebRTC from the local deployment. The stream is lost in four ways:
  blackhole   packets vanish for good
  close       both ends get a clean close
  blackout    packets vanish for some seconds, and requests to the API are held as long
  downlink    packets to the player vanish for good, packets from the player arrive
The page comes back in three ways:
  Rejoin      with the client library
  nothing     it does nothing
  by hand     it makes a new offer once the browser's connectionState is "disconnected" or "failed", and another one every second
              while AWS refuses
A page has 30 s longer than AWS takes to notice the loss (${USUAL_NOTICE_SECONDS} s for blackouts and the downlink). After that it counts as never back.

The client library has budgets. Each is printed as held or BROKEN. The median is at most:
  blackhole   2.3 s if AWS notices at once, otherwise AWS's time plus 1 s
  close       0.3 s
  blackout    the blackout plus 0.3 s; and the slowest is at most 1 s behind the slowest of doing nothing
  downlink    14 s

REJOIN_WEB_SDK=FILE in the environment uses that official bundle of Amazon's Web SDK instead of the stand-in.
The defaults take about 15 minutes, --cuts 2 five minutes.`;

/**
 * Reads the command line.
 * @throws UsageError in one sentence that says what to type
 */
export function recoveryArguments(args: readonly string[]): RecoveryArguments {
  const { json = false, ...values } = readOptions('recovery', args, {
    cuts: { type: 'string' },
    notice: { type: 'string' },
    blackout: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean' },
    svg: { type: 'string' },
  });
  const { only } = values;
  const kinds = only === undefined ? KINDS : only.split(',').map(kind);
  const picture = chartPath(values.svg, {
    documented: DOCUMENTED_SVG,
    json: json || only !== undefined,
  });
  const given = (values.notice ?? '0,5,15')
    .split(',')
    .map((part) => whole('notice', part, 0, 60, 'whole numbers'));
  const blackouts = (values.blackout ?? '1,2.5,4,8').split(',').map(blackoutSeconds);
  const all: Condition[] = [
    ...ascending([0, ...given]).map((notice): Condition => ({ how: 'blackhole', notice })),
    { how: 'close', notice: 0 },
    ...ascending(blackouts).map(
      (seconds): Condition => ({ how: 'blackout', notice: USUAL_NOTICE_SECONDS, seconds }),
    ),
    { how: 'downlink', notice: USUAL_NOTICE_SECONDS },
  ];
  return {
    cuts: whole('cuts', values.cuts ?? '10', 1, 1000),
    conditions: all.filter(({ how }) => kinds.includes(how)),
    json,
    ...picture,
  };
}

function kind(text: string): Condition['how'] {
  const found = KINDS.find((each) => each === text);
  if (found !== undefined) return found;
  throw new UsageError(`--only takes some of ${KINDS.join(', ')}, not "${text}".`);
}

function blackoutSeconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= 0.5 && value <= MOST_BLACKOUT_SECONDS) return value;
  throw new UsageError(`--blackout takes numbers from 0.5 to ${MOST_BLACKOUT_SECONDS}, not "${text}".`);
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}
