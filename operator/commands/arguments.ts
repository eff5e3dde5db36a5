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

export type Command = 'sessions' | 'shell' | 'terminate';

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
} as const satisfies Record<Command, object>;

const isCommand = (name: string | undefined): name is Command =>
  name !== undefined && Object.hasOwn(OPTIONS, name);

/** @throws Failure with one sentence that says what to write */
function check(given: Arguments, operands: readonly string[]): void {
  const see = `${given.command} --help`;
  const refuse = (sentence: string): never => {
    throw usageFailure(sentence, see);
  };
  const expected = given.command === 'sessions' ? 0 : 1;
  if (operands.length !== expected) {
    refuse(
      expected === 0
        ? `sessions takes no "${operands[0]}": name the player with --player or --subject.`
        : `${given.command} takes one STREAM_SESSION.`,
    );
  }
  if (given.command === 'sessions' && (given.player === undefined) === (given.subject === undefined)) {
    refuse('Name the player with either --player or --subject.');
  }
  refuseEmpty(given, see);
  if (given.command === 'shell') {
    const length = [...(given.reason?.trim() ?? '')].length;
    if (length < 10 || length > 500) {
      refuse('Say why with --reason, in 10 to 500 characters: it is recorded with your name.');
    }
  }
  if (!(given.wait >= 0 && given.wait <= 3600)) refuse('--wait must be a number of seconds from 0 to 3600.');
}

/** @returns the text to print for `--help`, or what to do. @throws Failure with one sentence that says what to write */
export function readArguments(argv: readonly string[]): { help: string } | Arguments {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') return { help: HELP.all };
  if (!isCommand(name)) {
    throw usageFailure(`There is no command "${name}": sessions, shell and terminate are.`, '--help');
  }
  if (rest.includes('--help')) return { help: HELP[name] };
  const config = { args: rest, options: OPTIONS[name], allowPositionals: true };
  const { values, positionals } = parseOptions(config, `${name} --help`);
  const { wait, 'stream-group': streamGroup, ...others } = values;
  const given = {
    credentials: false,
    ...others,
    command: name,
    session: positionals[0],
    streamGroup,
    wait: wait === '' ? Number.NaN : Number(wait),
  } as Arguments;
  check(given, positionals);
  return given;
}
