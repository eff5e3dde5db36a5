import { randomUUID } from 'node:crypto';
import { type Spots, tableSpots } from '../admission/lookup-limiter.ts';
import { type Pacer, tablePacer } from '../admission/queue-table.ts';
import { dynamoTable } from '../dynamodb/table.ts';
import { type PacedOperation, readSettings, regionOf, requireEnv } from '../environment/settings.ts';
import { within } from '../environment/time-limit.ts';
import { getStreamSession as callGetStreamSession } from '../gameliftstreams/calls.ts';
import { type GetStreamSession, observed, type Sight } from '../gameliftstreams/status-lookup.ts';
import { tableLookupBudget } from '../limits/import-limiter.ts';
import { tableCounters } from '../limits/window-counters.ts';
import { log } from '../observability/telemetry.ts';
import { tablePlayerCounts } from '../reliability/affected-players.ts';
import { adopt } from '../sessions/import-session.ts';
import { type SessionKey, tableRecords } from '../sessions/session-table.ts';

/** What every route works with, made once for the life of a sandbox. */
export function commonDependencies() {
  const settings = readSettings();
  const table = dynamoTable(requireEnv('TABLE_NAME'));
  return {
    settings,
    limits: settings.limits,
    table,
    records: tableRecords(table),
    counters: tableCounters(table),
    playerCounts: tablePlayerCounts(table),
    now: () => Date.now(),
    random: () => Math.random(),
    newId: () => randomUUID(),
    sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
    within,
    log,
  };
}

/** One of each Region, made when it is first needed. */
function perRegion<T>(make: (region: string) => T): (region: string) => T {
  const made = new Map<string, T>();
  return (region) => {
    const one = made.get(region) ?? make(region);
    made.set(region, one);
    return one;
  };
}

/** The pacer of an operation, by the stream group's Region. */
export function pacers(
  { settings, table, now, random }: ReturnType<typeof commonDependencies>,
  operation: PacedOperation,
): (streamGroupId: string) => Pacer {
  const quota = settings.quotas[operation];
  const pacerIn = perRegion((region) => tablePacer(table, { operation, region, quota }, { now, random }));
  return (streamGroupId) => pacerIn(regionOf(settings, streamGroupId));
}

/** GetStreamSession and what is built on it, for the routes whose role may call it. */
export function lookingDependencies(common: ReturnType<typeof commonDependencies>) {
  const { settings, table, now, random } = common;
  const quota = settings.quotas.GetStreamSession;
  const lookups = tableLookupBudget(table);
  const spotsIn: (region: string) => Spots = perRegion((region) => tableSpots(table, { region, quota }, now));
  const getStreamSession: GetStreamSession = (streamGroupId, streamSessionId, budget) =>
    callGetStreamSession(regionOf(settings, streamGroupId), streamGroupId, streamSessionId, budget);
  return {
    getStreamSession,
    spotsIn,
    /** The session's status at AWS, if this second's quota leaves a look and AWS tells. */
    async look(sight: Sight, deadline: number) {
      const region = regionOf(settings, sight.streamGroupId);
      const spots = spotsIn(region);
      if (!(await spots.take(false))) return undefined;
      return observed(getStreamSession, spots, sight, { deadline, now, random });
    },
    adopt: (key: SessionKey, deadline: number) =>
      adopt(key, deadline, { ...common, lookups, spotsIn, getStreamSession }),
  };
}
