import { picturePath, readOptions, whole } from '../options.ts';
import type { Condition } from './conditions.ts';

/** What recoveries are measured with. */
export interface RecoveryArguments {
  /** How many cuts of each kind, for each policy. */
  cuts: number;
  /** The kinds of cuts; the first is the one that the budget is about. */
  conditions: readonly Condition[];
  /** One object on the last line of the output, for machines. */
  json: boolean;
  /** Where the figure is drawn; absent: nowhere. */
  svg?: string;
}

/** Where the figure goes when nothing else is said: the picture in the documentation. */
const DOCUMENTED_SVG = 'docs/recovery.svg';

export const HELP = `A stream is cut; when is the next frame there? npm run bench -- recovery [options]

  --cuts N       how many of each kind, for each way to come back, 1 to 1000 (default 20)
  --notice LIST  seconds until AWS notices that packets vanish, 0 to 60 each (default 0,5,15); 0 is always measured
  --json         one object on the last line, for machines
  --svg PATH     where to draw the figure (default ${DOCUMENTED_SVG}; with --json, nowhere)

Chromium plays real WebRTC from the local deployment. Its connection is cut, by packets that vanish or by a clean close, and
comes back in two ways: by the client library; by hand, which is a new offer as soon as the browser's own connectionState is
"disconnected" or "failed", and one more each second while AWS refuses. The defaults take about ten minutes, --cuts 2 one.`;

/**
 * Reads the command line.
 * @throws UsageError in one sentence that says what to type
 */
export function recoveryArguments(args: readonly string[]): RecoveryArguments {
  const { json = false, ...values } = readOptions('recovery', args, {
    cuts: { type: 'string' },
    notice: { type: 'string' },
    json: { type: 'boolean' },
    svg: { type: 'string' },
  });
  const picture = picturePath(values.svg, { documented: DOCUMENTED_SVG, json });
  const given = (values.notice ?? '0,5,15')
    .split(',')
    .map((part) => whole('notice', part, 0, 60, 'whole numbers'));
  const notices = [...new Set([0, ...given])].sort((one, other) => one - other);
  return {
    cuts: whole('cuts', values.cuts ?? '20', 1, 1000),
    conditions: [
      ...notices.map((notice): Condition => ({ how: 'blackhole', notice })),
      { how: 'close', notice: 0 },
    ],
    json,
    ...picture,
  };
}
