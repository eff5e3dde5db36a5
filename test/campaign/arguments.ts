import { parseArgs } from 'node:util';
import { FAULTS, type FaultKind } from './plan.ts';

/** The options of `npm run campaign`. */
export interface CampaignArguments {
  help: boolean;
  json: boolean;
  from: number;
  seeds: number;
  kinds: readonly FaultKind[];
  /** Run only this seed, and print its steps. */
  seed?: number;
  /** Run the plan in this file, and print its steps. */
  replay?: string;
}

export const HELP = `Attacks the broker in virtual time: npm run campaign -- [options]

The functions' own code runs over a table and an AWS in memory that fail by seed, with players who start, drop,
reconnect, repeat, end and guess. Every answer is held against the invariants. Exit code 1 where one was violated.

  --seeds N                                how many runs, each with a plan of its own; 1000
  --from S                                 the first seed; 1
  --faults aws|table|kills|clocks|all      which faults the plans may contain; all
  --seed S                                 run one seed and tell its steps in plain words
  --replay FILE                            run a replay, or a report that contains one, and tell its steps
  --json                                   {"requests","faults","violations":[{"seed","invariant","replay"}]} on stdout
  --help                                   this text

Progress goes to stderr.`;

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(
    `--${name} takes a whole number from ${least} on, not "${text}". See: npm run campaign -- --help`,
  );
}

function kindsOf(text: string): readonly FaultKind[] {
  if (text === 'all') return FAULTS;
  const kind = FAULTS.find((each) => each === text);
  if (kind) return [kind];
  throw new Error(
    `--faults takes ${FAULTS.join(', ')} or all, not "${text}". See: npm run campaign -- --help`,
  );
}

/** @throws Error in one sentence that says what to type */
export function readArguments(args: readonly string[]): CampaignArguments {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    help: { ...flag, short: 'h' },
    json: flag,
    from: text,
    seeds: text,
    faults: text,
    seed: text,
    replay: text,
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    values = parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}. See: npm run campaign -- --help`);
  }
  const { help, json, from = '1', seeds = '1000', faults = 'all', seed, replay } = values;
  return {
    help,
    json,
    from: whole('from', from, 0),
    seeds: whole('seeds', seeds, 1),
    kinds: kindsOf(faults),
    ...(seed === undefined ? {} : { seed: whole('seed', seed, 0) }),
    ...(replay === undefined ? {} : { replay }),
  };
}
