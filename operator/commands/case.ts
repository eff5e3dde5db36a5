import { setTimeout as sleep } from 'node:timers/promises';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { auditEntries } from '../aws/audit.ts';
import { runQuery } from '../aws/insights.ts';
import { findStreamSession } from '../aws/stream-session.ts';
import { type Case, type CaseSources, collectCase } from '../case/collect.ts';
import { type CaseDeployment, findCaseDeployment } from '../case/deployment.ts';
import { timelineText } from '../case/timeline.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { json, printProgress, printResult } from '../cli/print.ts';
import { createOperatorApi } from './api-client.ts';
import type { Arguments } from './arguments.ts';
import { type CasePlaces, casePlaces } from './case-places.ts';

/** How long one query may take. */
const QUERY_LIMIT_MS = 60_000;
const BYTES_IN_GB = 1e9;

/** Shows what is known of one request or one player, as one timeline. @returns the exit code. @throws Failure */
export async function showCase(given: Arguments): Promise<number> {
  const places = await casePlaces(given);
  const deployment = await findCaseDeployment(places.stacks, given.stack);
  const to = Date.now();
  const from = to - (given.sinceMs ?? 0);
  const maxBytes = (given.maxScan ?? 0) * BYTES_IN_GB;
  const players = playersOf(given, given.issuer ?? places.issuer ?? deployment.issuer);
  printProgress(`Searching ${deployment.logGroups.length} log groups since ${new Date(from).toISOString()}.`);
  const found = await collectCase(
    { request: given.request, players, maxBytes },
    sourcesOf(places, deployment, { from, to }),
  );
  const span = { from, to, logGroups: deployment.logGroups.length, maxBytes };
  if (given.json) {
    printResult(json(asJson(found, { ...span, request: given.request })));
  } else {
    for (const line of timelineText(found, span)) printResult(line);
  }
  return found.events.length > 0 ? EXIT.done : EXIT.notFound;
}

/**
 * The player's possible names, the likeliest first. AWS has either the subject or its pseudonym. The logs have the pseudonym.
 * @throws Failure if a pseudonym is needed and nobody knows the issuer
 */
function playersOf({ player, subject }: Arguments, issuer: string | undefined): string[] {
  const name = player ?? subject;
  if (name === undefined) return [];
  if (issuer !== undefined) {
    const pseudonym = playerIdOf(issuer, name, 'pseudonym');
    return player === undefined ? [pseudonym, name] : [name, pseudonym];
  }
  if (player !== undefined) return [player];
  throw new Failure('The stack has no output Issuer: give it with --issuer.', EXIT.usage);
}

function sourcesOf(
  places: CasePlaces,
  deployment: CaseDeployment,
  { from, to }: { from: number; to: number },
): CaseSources {
  const { logGroups, regions, auditTable } = deployment;
  const operatorApi = places.operatorApi ?? deployment.operatorApi;
  const absent = (what: string) => new Failure(`the deployment has no ${what}`, EXIT.failed);
  return {
    findLines: (query, maxBytes) =>
      runQuery(places.stacks, { logGroups, query, from, to, maxBytes, limitMs: QUERY_LIMIT_MS }, sleep),
    knownSessions: async (playerId) => {
      if (operatorApi === undefined) throw absent('operator API');
      return createOperatorApi(new URL(operatorApi), places.api, places.whoAmI).sessionsOf(playerId);
    },
    sessionAtAws: (session) => {
      const region = regions.get(session.streamGroupId) ?? places.gameLiftStreams.region;
      return findStreamSession({ ...places.gameLiftStreams, region }, session);
    },
    audit: async (key) => {
      if (auditTable === undefined) throw absent('audit table');
      return auditEntries(places.table, auditTable, { key, since: from });
    },
    now: () => Date.now(),
  };
}

/** The case for scripts. Times are ISO 8601. */
function asJson(
  { events, ...found }: Case,
  {
    from,
    to,
    ...span
  }: { from: number; to: number; logGroups: number; maxBytes: number; request?: string | undefined },
): object {
  const time = (at: number) => new Date(at).toISOString();
  return {
    ...span,
    from: time(from),
    to: time(to),
    ...found,
    events: events.map(({ at, ...event }) => ({ at: time(at), ...event })),
  };
}
