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

export const HELP = `Plays on a local deployment while its parts fail: npm run soak -- [options]

Players start sessions, lose streams, reconnect, repeat requests, end sessions and request other players' sessions, all over HTTP.
Meanwhile functions are killed and frozen. Connections to the table and to the players are cut and stalled. The table stops
answering. AWS throttles, fails and loses answers. At the end the faults stop, and every player must get back into their own session.

  --minutes N   how long it plays, 0.1 to 1440 (default 10)
  --players N   how many players, 2 to 200 (default 20)
  --seed S      decides the faults and what players do, but not their order on this machine (default 1)
  --json        prints the counts as one JSON object
  --help        shows this text

The exit code is 1 if a promise was broken or a process grew too much, and 130 after Ctrl-C, with the counts so far. It runs on
Linux only, because it reads processes in /proc.`;

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
