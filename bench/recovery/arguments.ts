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

export const HELP = `A stream is lost; when is the next frame there? npm run bench -- recovery [options]

  --cuts N         how many losses of each kind, for each way to come back, 1 to 1000 (default 10)
  --notice LIST    seconds until AWS notices that packets vanish for good, 0 to 60 each (default 0,5,15); 0 is always measured
  --blackout LIST  seconds of blackouts that end by themselves, 0.5 to ${MOST_BLACKOUT_SECONDS} each (default 1,2.5,4,8)
  --only LIST      some kinds of loss alone: ${KINDS.join(', ')} (default all)
  --json           one object on the last line, for machines
  --svg PATH       where to draw the figure (default ${DOCUMENTED_SVG}; with --json or --only, nowhere)

Chromium plays real WebRTC from the local deployment. Its connection is lost: by packets that vanish for good; by a clean close; by
a blackout, in which requests to the API are held too; by a downlink that is dead while the uplink works. It comes back in three ways:
by the client library; by doing nothing; by hand, which is a new offer as soon as the browser's own connectionState is
"disconnected" or "failed", and one more each second while AWS refuses. A page that is not back within the seconds that AWS takes to
notice (${USUAL_NOTICE_SECONDS} for blackouts and the downlink) and 30 counts as never back.

Budgets of the client library, each printed as held or BROKEN. A blackout: the median is at most the blackout and 0.3 s, and the slowest
at most 1 s behind the slowest of doing nothing. Lost for good: at most 2.3 s where AWS notices at once, else its time and 1 s. A clean
close: 0.3 s. The downlink: 14 s.

REJOIN_WEB_SDK=FILE in the environment plays with that official bundle of Amazon's Web SDK instead of the stand-in.
The defaults take about a quarter of an hour, --cuts 2 five minutes.`;

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
