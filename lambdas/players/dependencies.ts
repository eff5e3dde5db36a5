import { randomUUID } from 'node:crypto';
import type { PacedOperation } from '../../contract/deployed-settings.ts';
import { type LookupLimiter, tableLookupLimiter } from '../admission/lookup-limiter.ts';
import { type AdmissionQueue, tableAdmissionQueue } from '../admission/queue-table.ts';
import { dynamoTable } from '../dynamodb/table.ts';
import { readSettings, regionOf, requireEnv } from '../environment/settings.ts';
import { withTimeLimit } from '../environment/time-limit.ts';
import { getStreamSession as callGetStreamSession } from '../gameliftstreams/calls.ts';
import {
  type GetStreamSession,
  lookUpStatus,
  type SessionToLookUp,
} from '../gameliftstreams/status-lookup.ts';
import { tableImportLimiter } from '../limits/import-limiter.ts';
import { tableWindowCounters } from '../limits/window-counters.ts';
import { log } from '../observability/logs.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import { tableAffectedPlayers } from '../reliability/affected-players.ts';
import { importSession } from '../sessions/import-session.ts';
import { type SessionKey, sessionTable } from '../sessions/session-table.ts';

/** What every route works with, made once for the life of a sandbox. */
export function commonDependencies() {
  const settings = readSettings();
  const table = dynamoTable(requireEnv('TABLE_NAME'));
  return {
    settings,
    limits: settings.limits,
    table,
    sessions: sessionTable(table),
    counters: tableWindowCounters(table),
    affectedPlayers: tableAffectedPlayers(table),
    now: () => Date.now(),
    random: () => Math.random(),
    newId: () => randomUUID(),
    sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
    withTimeLimit,
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

/** The queue of an operation, by the stream group's Region. */
export function admissionQueues(
  { settings, table, now, random }: ReturnType<typeof commonDependencies>,
  operation: PacedOperation,
): (streamGroupId: string) => AdmissionQueue {
  const quota = settings.quotas[operation];
  const queueIn = perRegion((region) =>
    tableAdmissionQueue(table, { operation, region, quota }, { now, random }),
  );
  return (streamGroupId) => queueIn(regionOf(settings, streamGroupId));
}

/** GetStreamSession and what is built on it, for the routes whose role may call it. */
export function lookupDependencies(common: ReturnType<typeof commonDependencies>) {
  const { settings, table, now, random } = common;
  const quota = settings.quotas.GetStreamSession;
  const importLimiter = tableImportLimiter(table);
  const lookupLimiterIn: (region: string) => LookupLimiter = perRegion((region) =>
    tableLookupLimiter(table, { region, quota }, now),
  );
  const getStreamSession: GetStreamSession = (streamGroupId, streamSessionId, budget) =>
    callGetStreamSession(regionOf(settings, streamGroupId), streamGroupId, streamSessionId, budget);
  return {
    getStreamSession,
    lookupLimiterIn,
    /** The session's status at AWS, if this second's quota leaves a lookup and AWS answers. */
    async lookUpStatus(session: SessionToLookUp, deadline: number, metrics: RequestMetrics) {
      const limiter = lookupLimiterIn(regionOf(settings, session.streamGroupId));
      if (!(await limiter.take(false))) return undefined;
      return lookUpStatus(getStreamSession, limiter, session, { deadline, now, random, metrics });
    },
    importSession: (key: SessionKey, deadline: number, metrics: RequestMetrics) =>
      importSession(key, deadline, metrics, { ...common, importLimiter, lookupLimiterIn, getStreamSession }),
  };
}
