import { parseArgs } from 'node:util';
import { UsageError } from '../arguments.ts';
import { LOOPS } from './loops.ts';

const MINUTES = 45;

export const HELP = `Runs the tests on a busy machine, and shows which fail at random: npm run test:busy [-- options]

First all tests once, but those of test/long; then, for the rest of the time, again and again those files that use gates, timers or processes,
those that ever failed first. The last lines are a table of what failed how often. The exit code is 1 if anything failed.

  --minutes N   how long (default ${MINUTES}); what runs then is ended, and counts for nothing
  --loops N     busy loops beside the tests (default ${LOOPS}: one a core)
  --help        this text`;

export interface BusyArguments {
  readonly help: boolean;
  readonly minutes: number;
  readonly loops: number;
}

/** @throws UsageError */
export function readBusyArguments(args: readonly string[]): BusyArguments {
  let values: { minutes?: string; loops?: string; help?: boolean };
  try {
    values = parseArgs({
      args: [...args],
      options: { minutes: { type: 'string' }, loops: { type: 'string' }, help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    const [what] = (error as Error).message.split('. ');
    throw new UsageError(`${what}. See: npm run test:busy -- --help`);
  }
  return {
    help: values.help ?? false,
    minutes: whole('minutes', values.minutes ?? String(MINUTES), 1, 24 * 60),
    loops: whole('loops', values.loops ?? String(LOOPS), 0, 256),
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} takes a whole number from ${least} to ${most}, not "${text}".`);
}
