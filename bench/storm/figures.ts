import { type Outcome, STATUS_ANSWER } from './crowd.ts';
import type { Call } from './emulator.ts';

/** How AWS's ConflictException is answered. */
const CONFLICT = 409;

/** What one policy made of the storm, as `--json` prints it. Seconds unless a name says otherwise. */
export interface Figures {
  saved: number;
  /** When the last saved player was back; null where none was. */
  lastSeconds: number | null;
  /** Players ÷ quota: sooner nobody can have them all back. */
  floorSeconds: number;
  /** CreateStreamSessionConnection and GetStreamSession together. */
  awsCallsPerPlayer: number;
  httpRequestsPerPlayer: number;
  /** Of the saved players, from the loss on; null where none was. */
  waitP50: number | null;
  waitP99: number | null;
  billedMsPerPlayer: number;
  /** CreateStreamSessionConnection calls that AWS refused for the session's state: it had not noticed the loss. */
  refusedCallsPerPlayer: number;
  /** Of the HTTP requests, those for a session's status. */
  statusRequestsPerPlayer: number;
}

/** What the table says besides. */
export interface MoreFigures {
  /** CreateStreamSessionConnection alone. */
  connectionCallsPerPlayer: number;
  /** When every player had had a first answer, and how many a second that were until then. */
  firstAnswersSeconds: number | null;
  firstAnswersPerSecond: number | null;
  /** How often the players got each answer, the most frequent first. */
  answers: [name: string, count: number][];
}

/** When each saved player was back, in seconds and in order. */
export function backTimes(outcomes: readonly Outcome[]): number[] {
  return outcomes
    .flatMap(({ backAt }) => (backAt === null ? [] : [backAt / 1000]))
    .sort((one, other) => one - other);
}

/**
 * @param calls what the emulator saw during the storm
 * @param billedMs of all functions during the storm; absent where there are none, and what the players' requests
 * waited for AWS is taken
 */
export function figuresOf(options: {
  outcomes: readonly Outcome[];
  calls: readonly Call[];
  quota: number;
  billedMs?: number;
}): Figures & MoreFigures {
  const { outcomes, calls, quota } = options;
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
    billedMsPerPlayer: rounded((options.billedMs ?? sum(({ servedMs }) => servedMs)) / players),
    refusedCallsPerPlayer: rounded(called('CreateStreamSessionConnection', CONFLICT) / players),
    statusRequestsPerPlayer: rounded(sum((outcome) => outcome.answers[STATUS_ANSWER] ?? 0) / players),
    connectionCallsPerPlayer: rounded(connectionCalls / players),
    firstAnswersSeconds: Number.isNaN(firstAnswers) ? null : rounded(firstAnswers),
    firstAnswersPerSecond: Number.isNaN(firstAnswers) ? null : rounded(players / firstAnswers),
    answers: Object.entries(answers).sort(([, one], [, other]) => other - one),
  };
}

/** The members that `--json` prints, in its order. */
export function jsonFigures(figures: Figures): Figures {
  const { saved, lastSeconds, floorSeconds, awsCallsPerPlayer, httpRequestsPerPlayer } = figures;
  const { waitP50, waitP99, billedMsPerPlayer, refusedCallsPerPlayer, statusRequestsPerPlayer } = figures;
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
