import { type ParseArgsConfig, parseArgs } from 'node:util';
import { EXIT, Failure } from '../aws/failure.ts';
import { HELP } from './help.ts';

export type Command = 'sessions' | 'shell' | 'terminate';

/** The command line, checked as far as it can be without asking anybody. */
export interface Arguments {
  command: Command;
  /** STREAM_SESSION, for those that take one. */
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
  region?: string | undefined;
  profile?: string | undefined;
  local: boolean;
  directory?: string | undefined;
  /** Seconds. */
  wait: number;
  json: boolean;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const COMMON = {
  stack: { type: 'string', default: 'Rejoin' },
  api: text,
  region: text,
  profile: text,
  local: flag,
  directory: text,
  wait: { type: 'string', default: '90' },
  json: flag,
} as const;
const OPTIONS = {
  sessions: { ...COMMON, player: text, subject: text, issuer: text },
  shell: { ...COMMON, reason: text, 'stream-group': text, plugin: text, credentials: flag },
  terminate: { ...COMMON, 'stream-group': text },
} as const satisfies Record<Command, ParseArgsConfig['options']>;

const isCommand = (name: string | undefined): name is Command =>
  name !== undefined && Object.hasOwn(OPTIONS, name);

/** @throws Failure with one sentence that says what to write */
function check(given: Arguments, operands: readonly string[]): void {
  const refuse = (sentence: string): never => {
    throw new Failure(`${sentence} See: ${given.command} --help`, EXIT.usage);
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
  const empty = Object.entries(given).find(([, value]) => value === '');
  if (empty)
    refuse(`--${empty[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} must not be empty.`);
  if (given.command === 'shell') {
    const length = [...(given.reason?.trim() ?? '')].length;
    if (length < 10 || length > 500) {
      refuse('Say why with --reason, in 10 to 500 characters: it is recorded with your name.');
    }
  }
  if (!(given.wait >= 0 && given.wait <= 3600)) refuse('--wait must be a number of seconds from 0 to 3600.');
}

/** @returns the text to print for `--help`, or what to do. @throws Failure with one sentence */
export function readArguments(argv: readonly string[]): { help: string } | Arguments {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') return { help: HELP.all };
  if (!isCommand(name)) {
    throw new Failure(
      `There is no command "${name}": sessions, shell and terminate are. See: --help`,
      EXIT.usage,
    );
  }
  if (rest.includes('--help')) return { help: HELP[name] };
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    const options: ParseArgsConfig['options'] = OPTIONS[name];
    parsed = parseArgs({ args: rest, options, allowPositionals: true }) as typeof parsed;
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/\. |\n/);
    throw new Failure(`${sentence.replace(/\.?$/, '.')} See: ${name} --help`, EXIT.usage, { cause: error });
  }
  const { wait, 'stream-group': streamGroup, ...values } = parsed.values;
  const given = {
    credentials: false,
    ...values,
    command: name,
    session: parsed.positionals[0],
    streamGroup,
    wait: wait === '' ? Number.NaN : Number(wait),
  } as Arguments;
  check(given, parsed.positionals);
  return given;
}
