import { parseArgs } from 'node:util';

/** The options of `npm run soak`. */
export interface SoakArguments {
  help: boolean;
  json: boolean;
  /** How long the players play, in minutes. */
  minutes: number;
  players: number;
  /** Decides the faults and what the players do. */
  seed: number;
}

export const HELP = `Plays at a local deployment while everything fails: npm run soak -- [options]

Players start, drop, reconnect, repeat, end and ask for each other's sessions over HTTP. Meanwhile functions are killed
and frozen, their connections to the table and the players' connections are cut and stalled, the table stops to answer, and
AWS throttles, fails and loses its answers. At the end the faults stop, and every player must get back into the own session.

  --minutes N   how long, 0.1 to 1440; 10
  --players N   how many players, 2 to 200; 20
  --seed S      decides the faults and what players do, not how the machine mixes them; 1
  --json        the counts as one object on stdout
  --help        this text

Exit code 1 where a promise was broken, or a process grew too much; 130 after Ctrl-C, with the counts so far. It runs on
Linux: it looks at processes in /proc.`;

/** @throws Error in one sentence that says what to type */
function numberOf(name: string, text: string, [least, most]: readonly [number, number], pattern: RegExp) {
  const value = Number(text);
  if (pattern.test(text) && value >= least && value <= most) return value;
  throw new Error(
    `--${name} takes a number from ${least} to ${most}, not "${text}". See: npm run soak -- --help`,
  );
}

const WHOLE = /^\d+$/;

/** @throws Error in one sentence that says what to type */
export function readArguments(args: readonly string[]): SoakArguments {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    help: { ...flag, short: 'h' },
    json: flag,
    minutes: text,
    players: text,
    seed: text,
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    values = parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}. See: npm run soak -- --help`);
  }
  const { help, json, minutes = '10', players = '20', seed = '1' } = values;
  return {
    help,
    json,
    minutes: numberOf('minutes', minutes, [0.1, 1440], /^\d+(\.\d+)?$/),
    players: numberOf('players', players, [2, 200], WHOLE),
    seed: numberOf('seed', seed, [0, Number.MAX_SAFE_INTEGER], WHOLE),
  };
}
