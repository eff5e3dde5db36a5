import {
  FLAG,
  parseOptions,
  refuseEmpty,
  SHARED_OPTIONS,
  type SharedArguments,
  TEXT,
  usageFailure,
} from '../cli/arguments.ts';
import { brakeSecondsOf, requireStarts } from './brake-arguments.ts';
import { readDuration } from './duration.ts';
import { HELP } from './help.ts';

export type Command = 'sessions' | 'shell' | 'terminate' | 'export' | 'forget' | 'case' | 'brake';

/** How far back a case looks at most. */
const MAX_SINCE_MS = 7 * 86_400_000;

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
  /** API Gateway's id of a request. */
  request?: string | undefined;
  /** How far back a case looks, in milliseconds. */
  sinceMs?: number;
  /** How much the queries of a case may scan, in GB. */
  maxScan?: number;
}

const COMMON = {
  ...SHARED_OPTIONS,
  stack: { type: 'string', default: 'Rejoin' },
  api: TEXT,
  wait: { type: 'string', default: '90' },
} as const;
/** Whose sessions: the player's id, or the subject and the issuer that it is derived from. */
const PLAYER = { player: TEXT, subject: TEXT, issuer: TEXT } as const;
const OPTIONS = {
  sessions: { ...COMMON, ...PLAYER },
  shell: { ...COMMON, reason: TEXT, 'stream-group': TEXT, plugin: TEXT, credentials: FLAG },
  terminate: { ...COMMON, 'stream-group': TEXT },
  export: { ...COMMON, reason: TEXT, 'stream-group': TEXT },
  forget: { ...COMMON, ...PLAYER, reason: TEXT },
  case: {
    ...COMMON,
    request: TEXT,
    ...PLAYER,
    since: { type: 'string', default: '1h' },
    'max-scan': { type: 'string', default: '5' },
  },
  brake: { ...COMMON, reason: TEXT, for: TEXT, off: FLAG, status: FLAG },
} as const satisfies Record<Command, object>;

const isCommand = (name: string | undefined): name is Command =>
  name !== undefined && Object.hasOwn(OPTIONS, name);

/** The commands that are about one STREAM_SESSION, those that are about one player, and those that need a reason. */
const ABOUT_SESSION: readonly Command[] = ['shell', 'terminate', 'export'];
const ABOUT_PLAYER: readonly Command[] = ['sessions', 'forget'];
const WITH_REASON: readonly Command[] = ['shell', 'export', 'forget'];

/** @throws Failure with one sentence that says what to write */
function check(given: Arguments, operands: readonly string[]): void {
  const { command, player, subject, request, reason, sinceMs = 0, maxScan = 0 } = given;
  const see = `${command} --help`;
  const refuse = (sentence: string): never => {
    throw usageFailure(sentence, see);
  };
  const takesSession = ABOUT_SESSION.includes(command);
  if (takesSession && operands.length !== 1) refuse(`${command} takes one STREAM_SESSION.`);
  if (command === 'brake') requireStarts(operands, given.brakeSeconds !== undefined);
  else if (!takesSession && operands.length > 0) {
    const name = command === 'case' ? 'the request with --request, or the player' : 'the player';
    refuse(`${command} takes no "${operands[0]}": name ${name} with --player or --subject.`);
  }
  if (ABOUT_PLAYER.includes(command) && (player === undefined) === (subject === undefined)) {
    refuse('Name the player with either --player or --subject.');
  }
  if (command === 'case' && [request, player, subject].filter((name) => name !== undefined).length !== 1) {
    refuse('Name the request with --request, or the player with either --player or --subject.');
  }
  refuseEmpty(given, see);
  if (WITH_REASON.includes(command) || given.brakeSeconds !== undefined) {
    const length = [...(reason?.trim() ?? '')].length;
    if (length < 10 || length > 500) {
      refuse('Say why with --reason, in 10 to 500 characters: it is recorded with your name.');
    }
  }
  if (request !== undefined && !/^[-_a-zA-Z0-9=]{1,128}$/.test(request)) {
    refuse('--request must be the id that an answer has as requestId or Apigw-Requestid.');
  }
  if (command === 'case' && !(sinceMs > 0 && sinceMs <= MAX_SINCE_MS)) {
    refuse('--since must be a time such as 30m, 1h or 2d, and at most 7d.');
  }
  if (command === 'case' && !(maxScan > 0 && maxScan <= 1000)) {
    refuse('--max-scan must be a number of GB, more than 0 and at most 1000.');
  }
  if (!(given.wait >= 0 && given.wait <= 3600)) refuse('--wait must be a number of seconds from 0 to 3600.');
}

/** @returns the text to print for `--help`, or what to do. @throws Failure with one sentence that says what to write */
export function readArguments(argv: readonly string[]): { help: string } | Arguments {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') return { help: HELP.all };
  if (!isCommand(name)) {
    const known = Object.keys(OPTIONS).join(', ');
    throw usageFailure(`There is no command "${name}". The commands are ${known}.`, '--help');
  }
  if (rest.includes('--help')) return { help: HELP[name] };
  const config = { args: rest, options: OPTIONS[name], allowPositionals: true };
  const { values, positionals } = parseOptions(config, `${name} --help`);
  const { wait, since, 'max-scan': maxScan, 'stream-group': streamGroup, ...others } = values;
  const { for: duration, off, status, ...more } = others;
  const given = {
    credentials: false,
    ...more,
    command: name,
    session: positionals[0],
    streamGroup,
    brakeSeconds: brakeSecondsOf({ duration, off, status }),
    wait: wait === '' ? Number.NaN : Number(wait),
    ...(since !== undefined && { sinceMs: readDuration(String(since)) }),
    ...(maxScan !== undefined && { maxScan: Number(maxScan) }),
  } as Arguments;
  check(given, positionals);
  return given;
}
