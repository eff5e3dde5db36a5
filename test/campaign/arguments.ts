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

export const HELP = `Attacks Rejoin's functions in virtual time: npm run campaign -- [options]

The functions' own code runs with a table and an AWS in memory. Each seed decides how these fail, and what the players do: they start
sessions, lose streams, reconnect, repeat requests, end sessions and guess ids. Every answer is checked against the invariants. The exit
code is 1 if one was violated.

  --seeds N                                how many seeds to run, each with its own plan (default 1000)
  --from S                                 the first seed (default 1)
  --faults aws|table|kills|clocks|all      the faults that the plans may contain (default all)
  --seed S                                 runs one seed and prints its steps
  --replay FILE                            runs a replay, or a report that contains one, and prints its steps
  --json                                   prints {"requests","faults","violations":[{"seed","invariant","replay"}]}
  --help                                   shows this text

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
