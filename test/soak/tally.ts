import { openApi, operationNamed, undocumented } from '../openapi/documented-responses.ts';
import { digestOf } from './digest.ts';
import { type Answer, isGranted, type PlayerRequest, type Route, sessionsIn } from './request.ts';
import type { Violations } from './violations.ts';

/** Counts requests and answers, and compares each answer with what is known. */
export interface Tally {
  answered(request: PlayerRequest, answer: Answer): void;
  /** No answer came: the connection was cut, or the player waited in vain. */
  lost(request: PlayerRequest): void;
  /** Whose a session is, as AWS knows it. */
  owned(session: string, player: number): void;
  /** Judges the sessions in answers whose owner was not known then. Those that still have none stay. */
  settle(): void;
  counts(): Counts;
}

export interface Counts {
  requests: number;
  /** By status and code: `201`, `503 paced`. */
  answers: Record<string, number>;
  /** Requests that got no answer. */
  lost: number;
  /** Answers that were repeated with the same bytes. */
  repeated: number;
  /** Requests about another player's session that were refused. */
  foreignRefused: number;
}

/** A foreign session is answered like an unknown one, or as the player or the machine can't be served at all. */
const FOREIGN_REFUSALS = [
  'stream_session_not_found',
  'too_many_requests',
  'paced',
  'upstream_unavailable',
  'upstream_timeout',
];

const identityOf = ({ player, route, session, offer, key }: PlayerRequest) =>
  `${player} ${route} ${session} ${digestOf(offer ?? '')} ${key}`;

export function createTally(violations: Violations): Tally {
  const counts: Counts = { requests: 0, answers: {}, lost: 0, repeated: 0, foreignRefused: 0 };
  /** Answers to starts and reconnects, by request. */
  const given = new Map<string, string>();
  const owners = new Map<string, number>();
  /** Sessions that a player was told of, and nobody knows yet whose they are. */
  let open: { session: string; player: number; route: Route }[] = [];

  const judgeOwner = (told: (typeof open)[number]): boolean => {
    const owner = owners.get(told.session);
    if (owner === undefined) return false;
    if (owner !== told.player) {
      const what = `${told.route} told player ${told.player} of ${told.session}, a session of player ${owner}`;
      violations.add('foreign read', what);
    }
    return true;
  };

  const judgeRepeat = (request: PlayerRequest, { text }: Answer) => {
    if (request.offer === undefined) return;
    const id = identityOf(request);
    const [first, now] = [given.get(id), digestOf(text)];
    given.set(id, first ?? now);
    if (first === undefined) return;
    counts.repeated += 1;
    if (first !== now) violations.add('differing repeat', `${request.route} by player ${request.player}`);
  };

  const judgeForeign = ({ route, player, session }: PlayerRequest, answer: Answer) => {
    const code = answer.json?.code;
    if (isGranted(answer) || (code !== undefined && !FOREIGN_REFUSALS.includes(code))) {
      const what = `${route} by player ${player} of ${session}, another player's session, answered ${code ?? answer.status}`;
      violations.add('foreign read', what);
    } else counts.foreignRefused += 1;
  };

  return {
    answered(request, answer) {
      counts.requests += 1;
      const { code } = answer.json ?? {};
      const name = code === undefined ? String(answer.status) : `${answer.status} ${code}`;
      counts.answers[name] = (counts.answers[name] ?? 0) + 1;
      const { route, player, session } = request;
      const differences = undocumented(openApi.player, operationNamed(openApi.player, route), answer);
      if (differences.length > 0)
        violations.add('undocumented answer', `${route} answered ${name}: ${differences}`);
      if (code === 'broker_misconfigured') violations.add('misconfigured', `${route} by player ${player}`);
      if (request.foreign) judgeForeign(request, answer);
      else if (code === 'stream_session_not_found')
        violations.add('own session denied', `${route} of ${session} by player ${player}, who owns it`);
      for (const told of sessionsIn(answer)) {
        const one = { session: told, player, route };
        if (!judgeOwner(one)) open.push(one);
      }
      if (!isGranted(answer)) return;
      if (!request.foreign) judgeRepeat(request, answer);
      const [back] = sessionsIn(answer);
      if (route === 'reconnect' && back !== session)
        violations.add('wrong session', `a reconnect to ${session} answered with ${back}`);
    },
    lost() {
      counts.requests += 1;
      counts.lost += 1;
    },
    owned(session, player) {
      owners.set(session, player);
    },
    settle() {
      open = open.filter((told) => !judgeOwner(told));
    },
    counts: () => counts,
  };
}
