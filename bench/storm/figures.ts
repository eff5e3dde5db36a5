import { type Outcome, STATUS_ANSWER } from './crowd.ts';
import type { Call } from './emulator.ts';
import type { FunctionWork } from './messages.ts';

/** The HTTP status of AWS's ConflictException. */
const CONFLICT = 409;

/**
 * Answers to a player of Rejoin that nothing in a storm causes: AWS and the table work, and no request is turned away. So a part of the
 * deployment did not get its turn on this machine in time: a request waited longer than a page waits, a function ran out of time, or the
 * gateway gave up.
 */
const OVERLOADED = ['no answer', '500', '503', '504', 'upstream_unavailable', 'upstream_timeout'];

/** One policy's figures, as `--json` prints them. Seconds unless a name says otherwise. */
export interface Figures {
  saved: number;
  /** When the last saved player was back. Null if no player was saved. */
  lastSeconds: number | null;
  /** Players ÷ quota: the least time for all of them. */
  floorSeconds: number;
  /** CreateStreamSessionConnection and GetStreamSession together. */
  awsCallsPerPlayer: number;
  httpRequestsPerPlayer: number;
  /** Of the saved players, since the loss; null if no player was saved. */
  waitP50: number | null;
  waitP99: number | null;
  billedMsPerPlayer: number;
  /** CreateStreamSessionConnection calls that AWS refused because it had not noticed the loss. */
  refusedCallsPerPlayer: number;
  /** HTTP requests for a session's status. */
  statusRequestsPerPlayer: number;
  /** Requests that failed since the machine was too slow. Above 0 the figures are the machine's. */
  overloadedRequests: number;
}

/** The report's other figures. */
export interface MoreFigures {
  /** CreateStreamSessionConnection alone. */
  connectionCallsPerPlayer: number;
  /** When every player had a first answer, and the rate of first answers until then. */
  firstAnswersSeconds: number | null;
  firstAnswersPerSecond: number | null;
  /** Functions that started during the storm. Null where there are no functions. */
  coldStarts: number | null;
  /** How often the players got each answer, most frequent first. */
  answers: [name: string, count: number][];
}

/** When each saved player was back, in seconds, ascending. */
export function backTimes(outcomes: readonly Outcome[]): number[] {
  return outcomes
    .flatMap(({ backAt }) => (backAt === null ? [] : [backAt / 1000]))
    .sort((one, other) => one - other);
}

/**
 * @param calls what the emulator saw during the storm
 * @param functions their work during the storm; absent where there are none: then the players' waits for AWS are billed
 */
export function figuresOf(options: {
  outcomes: readonly Outcome[];
  calls: readonly Call[];
  quota: number;
  functions?: FunctionWork | undefined;
}): Figures & MoreFigures {
  const { outcomes, calls, quota, functions } = options;
  const players = outcomes.length;
  const sum = (value: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + value(one), 0);
  const called = (operation: string, status?: number) =>
    calls.filter((call) => call.operation === operation && call.status === (status ?? call.status)).length;
  const back = backTimes(outcomes);
  const connectionCalls = called('CreateStreamSessionConnection');
  const firstAnswers = Math.max(...outcomes.map(({ firstAnswerAt }) => firstAnswerAt ?? Number.NaN)) / 1000;
  const answers: Record<string, number> = {};
  for (const outcome of outcomes) {
    for (const [name, count] of Object.entries(outcome.answers)) answers[name] = (answers[name] ?? 0) + count;
  }
  return {
    saved: back.length,
    lastSeconds: rounded(back.at(-1) ?? null),
    floorSeconds: rounded(players / quota),
    awsCallsPerPlayer: rounded((connectionCalls + called('GetStreamSession')) / players),
    httpRequestsPerPlayer: rounded(sum(({ httpRequests }) => httpRequests) / players),
    waitP50: rounded(quantile(back, 0.5)),
    waitP99: rounded(quantile(back, 0.99)),
    billedMsPerPlayer: rounded((functions?.billedMs ?? sum(({ servedMs }) => servedMs)) / players),
    refusedCallsPerPlayer: rounded(called('CreateStreamSessionConnection', CONFLICT) / players),
    statusRequestsPerPlayer: rounded(sum((outcome) => outcome.answers[STATUS_ANSWER] ?? 0) / players),
    overloadedRequests: OVERLOADED.reduce((total, name) => total + (answers[name] ?? 0), 0),
    connectionCallsPerPlayer: rounded(connectionCalls / players),
    firstAnswersSeconds: Number.isNaN(firstAnswers) ? null : rounded(firstAnswers),
    firstAnswersPerSecond: Number.isNaN(firstAnswers) ? null : rounded(players / firstAnswers),
    coldStarts: functions?.coldStarts ?? null,
    answers: Object.entries(answers).sort(([, one], [, other]) => other - one),
  };
}

/** The members that `--json` prints, in its order. */
export function jsonFigures(figures: Figures): Figures {
  const { saved, lastSeconds, floorSeconds, awsCallsPerPlayer, httpRequestsPerPlayer } = figures;
  const { waitP50, waitP99, billedMsPerPlayer, refusedCallsPerPlayer } = figures;
  const { statusRequestsPerPlayer, overloadedRequests } = figures;
  return {
    saved,
    lastSeconds,
    floorSeconds,
    awsCallsPerPlayer,
    httpRequestsPerPlayer,
    waitP50,
    waitP99,
    billedMsPerPlayer,
    refusedCallsPerPlayer,
    statusRequestsPerPlayer,
    overloadedRequests,
  };
}

/** The nearest rank. @param sorted in ascending order */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function rounded(value: number): number;
function rounded(value: number | null): number | null;
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}
