import { isFinished } from '../model/lifecycle.ts';
import { type CommandContext, clockTime, printable } from './subject.ts';

/** A command that prints something and is done. */
interface Command {
  help: string;
  run(context: CommandContext, rest: string): string[];
}

const iso = (time: number) => new Date(time).toISOString();

/** Names and values in two columns. */
const table = (rows: readonly (readonly [string, string | number | undefined])[]): string[] => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${printable(String(value ?? '-'))}`);
};

function processes({ subject, now, openedAt }: CommandContext): string[][] {
  const { life, context, peerKind } = subject;
  const startedAt = life.placedAt ?? life.createdAt;
  const client = life.status === 'CONNECTED' ? `client connected, ${peerKind ?? 'no'} peer` : 'no client';
  return [
    ['1', clockTime(now - startedAt), `stream (${client})`],
    ...(isFinished(life) ? [] : [['12', clockTime(now - startedAt), context.applicationArn]]),
    ['40', clockTime(now - openedAt), 'admin shell'],
  ];
}

const processTable = (context: CommandContext): string[] =>
  [['PID', 'TIME', 'COMMAND'], ...processes(context)].map(
    ([pid = '', time = '', command = '']) => `${pid.padStart(5)} ${time.padStart(9)}  ${printable(command)}`,
  );

function status({ subject, now }: CommandContext): string[] {
  const { context, request, life } = subject;
  return table([
    ['stream session', context.id],
    ['stream group', context.streamGroupId],
    ['application', context.applicationArn],
    ['location', context.location],
    ['user id', request.UserId],
    ['status', life.status],
    ['status reason', life.statusReason],
    ['created', iso(life.createdAt)],
    ['age', clockTime(now - life.createdAt)],
    ['connections', subject.connections],
    ['game counter', subject.gameState?.counter],
    ['connection timeout', `${life.connectionTimeoutSeconds} s`],
    ['session length', clockTime(life.sessionLengthSeconds * 1000)],
  ]);
}

/** One screen of `top`, cut to the terminal's size. */
export function topScreen(context: CommandContext): string[] {
  const { subject, size, now } = context;
  const { life } = subject;
  return [
    `top - ${iso(now).slice(11, 19)} up ${clockTime(now - life.createdAt)}, ${life.status}, ${size.cols}x${size.rows}`,
    `game counter ${subject.gameState?.counter ?? '-'}, connections ${subject.connections}, peer ${subject.peerKind ?? '-'}`,
    '',
    ...processTable(context),
    '',
    'q or Ctrl-C ends it',
  ]
    .slice(0, Math.max(1, size.rows - 1))
    .map((line) => line.slice(0, size.cols));
}

export const COMMANDS: Readonly<Record<string, Command>> = {
  status: { help: 'the state of this stream session', run: status },
  ps: { help: 'what runs in it', run: processTable },
  logs: {
    help: 'what became of it so far',
    run: ({ subject }) =>
      subject.history
        .list()
        .map((change) => [iso(change.at), change.status, change.statusReason].filter(Boolean).join('  ')),
  },
  echo: { help: 'repeats what follows', run: (_context, rest) => [printable(rest)] },
  stty: {
    help: 'size: rows and columns of the terminal',
    run: ({ size }, rest) =>
      rest === 'size' ? [`${size.rows} ${size.cols}`] : ['stty: only "stty size" is known here'],
  },
};
