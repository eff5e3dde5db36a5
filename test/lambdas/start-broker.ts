import { randomUUID } from 'node:crypto';
import type { Table } from '../../lambdas/dynamodb/table.ts';
import type { AwsStreamSession } from '../../lambdas/gameliftstreams/calls.ts';
import { tableWindowCounters } from '../../lambdas/limits/window-counters.ts';
import { tableAffectedPlayers } from '../../lambdas/reliability/affected-players.ts';
import type { StartDependencies } from '../../lambdas/routes/start/dependencies.ts';
import { sessionTable } from '../../lambdas/sessions/session-table.ts';
import { tableSlots } from '../../lambdas/sessions/slot-table.ts';
import { HANGS_AFTER_MS } from '../patience.ts';
import { admissionQueueOver, quiet } from './broker.ts';

/**
 * The dependencies of a start over a real table, with a clock that stands still.
 * @param begins AWS's part: the id of the session for a client token, or a refusal
 */
export function startWith(
  table: Table,
  clock: { now: number },
  begins: (clientToken: string) => Promise<string>,
  changes: Partial<StartDependencies> = {},
): StartDependencies {
  const queue = admissionQueueOver(table, clock);
  return {
    limits: { maxLiveSessionsPerPlayer: 1, startsPerMinute: 100 },
    startSettings: {},
    streamGroups: [{ id: 'sg-1' }],
    sessions: sessionTable(table),
    affectedPlayers: tableAffectedPlayers(table, HANGS_AFTER_MS),
    slots: tableSlots(table),
    counters: tableWindowCounters(table),
    async startStreamSession(_asked, clientToken) {
      const id = await begins(clientToken);
      return {
        arn: `arn:aws:gameliftstreams:us-west-2:1:streamsession/sg-1/${id}`,
        status: 'ACTIVATING',
      } as AwsStreamSession;
    },
    lookUpStatus: async () => ({ status: 'ACTIVE' }),
    startBrake: async () => undefined,
    admissionQueue: () => queue,
    now: () => clock.now,
    sleep: async (milliseconds) => {
      clock.now += milliseconds;
    },
    random: () => 0,
    newId: () => randomUUID(),
    log: quiet,
    ...changes,
  };
}
