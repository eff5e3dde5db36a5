import {
  FLAG,
  parseOptions,
  refuseEmpty,
  SHARED_OPTIONS,
  type SharedArguments,
  TEXT,
  usageFailure,
} from '../cli/arguments.ts';
import { HELP } from './help.ts';

/** The API's own limit: 24 hours, in seconds. */
const LONGEST_BRAKE_S = 86_400;

export type Command = 'sessions' | 'shell' | 'terminate' | 'brake';

/** The operators' command line, checked as far as possible without a request. */
export interface Arguments extends SharedArguments {
  command: Command;
  /** STREAM_SESSION, for the commands that take one. */
  session?: string | undefined;
  player?: string | undefined;
  subject?: string | undefined;
  issuer?: string | undefined;
  reason?: string | undefined;
  streamGroup?: string | undefined;
  plugin?: string | undefined;
  credentials: boolean;
  /** For how long the brake is to be on, in seconds: 0 takes it off, undefined only asks. */
  brakeSeconds?: number | undefined;
  stack: string;
  api?: string | undefined;
  /** Seconds. */
  wait: number;
}

const COMMON = {
  ...SHARED_OPTIONS,
  stack: { type: 'string', default: 'Rejoin' },
  api: TEXT,
  wait: { type: 'string', default: '90' },
} as const;
const OPTIONS = {
  sessions: { ...COMMON, player: TEXT, subject: TEXT, issuer: TEXT },
  shell: { ...COMMON, reason: TEXT, 'stream-group': TEXT, plugin: TEXT, credentials: FLAG },
  terminate: { ...COMMON, 'stream-group': TEXT },
  brake: { ...COMMON, reason: TEXT, for: TEXT, off: FLAG, status: FLAG },
} as const satisfies Record<Command, object>;

const isCommand = (name: string | undefined): name is Command =>
  name !== undefined && Object.hasOwn(OPTIONS, name);

/** @throws Failure with one sentence that says what to write */
function check(given: Arguments, operands: readonly string[]): void {
  const see = `${given.command} --help`;
  const refuse = (sentence: string): never => {
    throw usageFailure(sentence, see);
  };
  refuseEmpty(given, see);
  if (given.command === 'brake') {
    if (operands.length > 1 || (operands[0] ?? 'starts') !== 'starts') {
      refuse(`brake takes "starts" and nothing else, not "${operands.join(' ')}".`);
    }
    if (given.brakeSeconds !== undefined && operands.length === 0)
      refuse('Write what to brake: brake starts.');
  }
  const expected = given.command === 'sessions' ? 0 : 1;
  if (given.command !== 'brake' && operands.length !== expected) {
    refuse(
      expected === 0
        ? `sessions takes no "${operands[0]}": name the player with --player or --subject.`
        : `${given.command} takes one STREAM_SESSION.`,
    );
  }
  if (given.command === 'sessions' && (given.player === undefined) === (given.subject === undefined)) {
    refuse('Name the player with either --player or --subject.');
  }
  if (given.command === 'shell' || given.brakeSeconds !== undefined) {
    const length = [...(given.reason?.trim() ?? '')].length;
    if (length < 10 || length > 500) {
      refuse('Say why with --reason, in 10 to 500 characters: it is recorded with your name.');
    }
  }
  if (!(given.wait >= 0 && given.wait <= 3600)) refuse('--wait must be a number of seconds from 0 to 3600.');
}

const SECONDS_IN = { s: 1, m: 60, h: 3600 } as const;

/**
 * What `--for`, `--off` and `--status` say of the brake.
 * @returns seconds, 0 for `--off`, or undefined if the state is only asked for
 * @throws Failure with one sentence that says what to write
 */
function brakeSecondsOf({ duration, off, status }: Record<string, unknown>): number | undefined {
  const refuse = (sentence: string) => usageFailure(sentence, 'brake --help');
  if ([duration !== undefined, off === true, status === true].filter(Boolean).length > 1) {
    throw refuse('Write one of --for, --off and --status.');
  }
  if (off === true) return 0;
  if (duration === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,5})([smh])$/.exec(String(duration)) ?? [];
  const seconds = Number(amount) * SECONDS_IN[unit as keyof typeof SECONDS_IN];
  if (seconds >= 1 && seconds <= LONGEST_BRAKE_S) return seconds;
  throw refuse('--for must be a time such as 90s, 30m or 2h, of 24h at most.');
}

/** @returns the text to print for `--help`, or what to do. @throws Failure with one sentence that says what to write */
export function readArguments(argv: readonly string[]): { help: string } | Arguments {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') return { help: HELP.all };
  if (!isCommand(name)) {
    throw usageFailure(`There is no command "${name}": sessions, shell, terminate and brake are.`, '--help');
  }
  if (rest.includes('--help')) return { help: HELP[name] };
  const config = { args: rest, options: OPTIONS[name], allowPositionals: true };
  const { values, positionals } = parseOptions(config, `${name} --help`);
  const { wait, 'stream-group': streamGroup, for: duration, off, status, ...others } = values;
  const given = {
    credentials: false,
    ...others,
    command: name,
    session: positionals[0],
    streamGroup,
    brakeSeconds: brakeSecondsOf({ duration, off, status }),
    wait: wait === '' ? Number.NaN : Number(wait),
  } as Arguments;
  check(given, positionals);
  return given;
}
