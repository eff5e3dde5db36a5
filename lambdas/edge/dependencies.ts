import { randomUUID } from 'node:crypto';
import { adopt } from './adopt.ts';
import { tableCounters } from './counters.ts';
import { getStreamSession as callGetStreamSession } from './gameliftstreams.ts';
import { type GetStreamSession, observed, type Sight, takeLook } from './observe.ts';
import { type SessionKey, tableRecords } from './records.ts';
import { readSettings, requireEnv, type Settings } from './settings.ts';
import { dynamoTable } from './table.ts';
import { log } from './telemetry.ts';

/** The Region of a configured stream group. */
export function regionOf(settings: Settings, streamGroupId: string): string {
  const group = settings.streamGroups.find(({ id }) => id === streamGroupId);
  if (!group) throw new Error(`Stream group ${streamGroupId} is not in the settings`);
  return group.region;
}

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
    now: () => Date.now(),
    random: () => Math.random(),
    newId: () => randomUUID(),
    log,
  };
}

/** GetStreamSession and what is built on it, for the routes whose role may call it. */
export function lookingDependencies(common: ReturnType<typeof commonDependencies>) {
  const { settings, counters, now, random } = common;
  const getStreamSession: GetStreamSession = (streamGroupId, streamSessionId, budget) =>
    callGetStreamSession(regionOf(settings, streamGroupId), streamGroupId, streamSessionId, budget);
  return {
    getStreamSession,
    /** The session's status at AWS, if this second's quota leaves a look and AWS tells. */
    async look(sight: Sight, deadline: number) {
      const region = regionOf(settings, sight.streamGroupId);
      const place = { quota: settings.quotas.GetStreamSession, region };
      if (!(await takeLook(counters, place, now()))) return undefined;
      return observed(getStreamSession, sight, { deadline, now, random });
    },
    adopt: (key: SessionKey, deadline: number) => adopt(key, deadline, { ...common, getStreamSession }),
  };
}
