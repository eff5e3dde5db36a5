import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import { queueKey } from '../../lambdas/admission/queue-items.ts';
import type { QueueState } from '../../lambdas/admission/queue-state.ts';
import { tableAdmissionQueue } from '../../lambdas/admission/queue-table.ts';
import { QUEUE_ATTRIBUTES, toStored } from '../../lambdas/dynamodb/stored-names.ts';
import { dynamoTable, type Table } from '../../lambdas/dynamodb/table.ts';
import { AwsFailure, type AwsFailureKind, isUncertain } from '../../lambdas/gameliftstreams/aws-failure.ts';
import type { StatusLookup } from '../../lambdas/gameliftstreams/refusals.ts';
import type { Log } from '../../lambdas/observability/logs.ts';
import { newRequestMetrics } from '../../lambdas/observability/request-metrics.ts';
import { Problem } from '../../lambdas/problems/problems.ts';
import { tableAffectedPlayers } from '../../lambdas/reliability/affected-players.ts';
import type { ReconnectDependencies, ReconnectRequest } from '../../lambdas/routes/reconnect/dependencies.ts';
import type { StartRequest } from '../../lambdas/routes/start/dependencies.ts';
import { sessionTable } from '../../lambdas/sessions/session-table.ts';
import type { SessionRecord } from '../../lambdas/sessions/stream-session.ts';
import { startTableService } from '../../local/table/table.ts';
import { HANGS_AFTER_MS } from '../patience.ts';
import { sessionRecord } from './session-record.ts';

const TABLE_NAME = 'sessions';

/** A method that asks the table the same as another one. */
const OPERATIONS: Readonly<Record<string, string>> = { putOrFind: 'putNew', updateOrFind: 'update' };

/**
 * A real table over HTTP, as the template defines it, and the list of operations asked of it.
 * @param returnsItem whether a failed condition returns the item: as DynamoDB does, unless said otherwise
 */
export async function realTable(returnsItem = () => true) {
  const service = await startTableService({
    port: 0,
    returnsItemOnFailedCondition: returnsItem,
    tables: [
      {
        logicalId: 'Table',
        name: TABLE_NAME,
        arn: `arn:aws:dynamodb:us-west-2:123456789012:table/${TABLE_NAME}`,
        attributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        keySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        billing: { mode: 'PAY_PER_REQUEST' },
      },
    ],
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: service.url,
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  const operations: string[] = [];
  // This table shares its machine, and its process, with the tests: one that answers late is not in trouble.
  const real = dynamoTable(TABLE_NAME, HANGS_AFTER_MS);
  const table = Object.fromEntries(
    Object.entries(real).map(([name, operation]) => [
      name,
      (...args: never[]) => {
        const { stale } = (args[1] ?? {}) as { stale?: boolean };
        const asked = OPERATIONS[name] ?? name;
        operations.push(stale ? `${asked} (stale)` : asked);
        return (operation as (...args: never[]) => unknown)(...args);
      },
    ]),
  ) as unknown as Table;
  return { table, operations, close: service.close };
}

/** One real table for all tests of a file. It starts before them and closes after them. */
export function sharedTable(): Pick<Awaited<ReturnType<typeof realTable>>, 'table' | 'operations'> {
  let started: Awaited<ReturnType<typeof realTable>> | undefined;
  beforeAll(async () => {
    started = await realTable();
  });
  afterAll(() => started?.close());
  const real = () => started ?? expect.unreachable('The table starts with the first test.');
  return {
    get table() {
      return real().table;
    },
    get operations() {
      return real().operations;
    },
  };
}

/** AWS as one test wants it: what each call does, and which calls there were. */
export interface FakeAws {
  connect: (clientToken: string) => Promise<string>;
  seen: StatusLookup | undefined;
  tokens: string[];
}

/** What a caller hears: 'none' for an answer, else the problem's code. */
export function code(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (problem) => problem.code ?? String(problem),
  );
}

/** What a caller hears of a refusal: its code and its extras; code 'none' for an answer. */
export function told(
  work: Promise<unknown>,
): Promise<{ code: string; retryAfterMs?: number; queuePosition?: number }> {
  return work.then(
    () => ({ code: 'none' }),
    (problem: Problem) => ({ code: problem.code, ...problem.extras }),
  );
}

/** A storm that AWS has just throttled, in a Region of its own: players who wait, and a reconnect's dependencies. */
export async function stormOver(
  table: Table,
  changes: Partial<QueueState> = {},
  connect: FakeAws['connect'] = async () => 'answer',
) {
  const region = randomUUID();
  const aws: FakeAws = { connect, seen: undefined, tokens: [] };
  const { deps, clock } = reconnectWith(table, aws);
  const state = { queueingUntil: clock.now + 600_000, nextFreeAt: clock.now + 60_000, ...changes };
  const item = toStored(state, QUEUE_ATTRIBUTES);
  await table.putNew({ ...queueKey('CreateStreamSessionConnection', region), ...item });
  const queue = admissionQueueOver(table, clock, { region });
  return { aws, clock, region, queue, deps: { ...deps, admissionQueue: () => queue } };
}

/** A log that keeps nothing. */
export const quiet: Log = { info() {}, warn() {}, error() {} };

/** A refusal, as the edge throws it after its retries. */
export function refusal(kind: AwsFailureKind, uncertain = isUncertain(kind)): AwsFailure {
  return new AwsFailure(kind, uncertain);
}

/** A queue of its own over a table, by a test's clock. */
export function admissionQueueOver(
  table: Table,
  clock: { now: number },
  {
    quota = 20,
    region = randomUUID(),
    random = () => 0,
  }: { quota?: number; region?: string; random?: () => number } = {},
) {
  return tableAdmissionQueue(
    table,
    { operation: 'CreateStreamSessionConnection', region, quota },
    { now: () => clock.now, random },
  );
}

/** The dependencies of a reconnect over a real table and a fake AWS, with a clock that stands still. */
export function reconnectWith(table: Table, aws: FakeAws) {
  const clock = { now: 1_800_000_000_000 };
  const queue = admissionQueueOver(table, clock);
  const deps: ReconnectDependencies = {
    limits: { connectionsPerMinute: 30 },
    sessions: sessionTable(table),
    affectedPlayers: tableAffectedPlayers(table, HANGS_AFTER_MS),
    async createConnection(_asked, clientToken) {
      aws.tokens.push(clientToken);
      return aws.connect(clientToken);
    },
    lookUpStatus: async () => aws.seen,
    importSession: async () => undefined,
    admissionQueue: () => queue,
    now: () => clock.now,
    sleep: async (milliseconds) => {
      clock.now += milliseconds;
    },
    // The clock stands still, so nothing is late, however long the machine takes.
    withTimeLimit: async (_milliseconds, work) => work,
    random: () => 0,
    newId: () => randomUUID(),
    log: quiet,
  };
  return { deps, clock };
}

/** What the table answers while it is gone. */
export const tableGone = () => Promise.reject(new Problem('upstream_unavailable', 'The table is gone.'));

/** The same dependencies, with a table that fails the write that ends a request. */
export const withoutLastWrite = (deps: ReconnectDependencies): ReconnectDependencies => ({
  ...deps,
  sessions: { ...deps.sessions, releaseLease: tableGone },
});

/** A player's own session, in the table. */
export async function ownSession(
  deps: ReconnectDependencies,
  changes: Partial<SessionRecord> = {},
): Promise<ReconnectRequest> {
  const { playerId = `player-${randomUUID()}` } = changes;
  const key = { playerId, streamGroupId: 'sg-1', streamSessionId: randomUUID() };
  await deps.sessions.add(sessionRecord(deps.now(), { ...key, connectionHistory: ['c0'], ...changes }));
  return {
    ...key,
    signalRequest: `offer-${randomUUID()}`,
    key: randomUUID(),
    previousConnectionId: undefined,
    silentMs: undefined,
    noticedInMs: 0,
    endsBy: deps.now() + 10_000,
    metrics: newRequestMetrics(),
  };
}

/** A start of a player of its own, with an offer that no other one has. */
export function startRequest(changes: Partial<StartRequest> = {}): StartRequest {
  return {
    playerId: `player-${randomUUID()}`,
    group: {
      id: 'sg-1',
      region: 'us-west-2',
      applications: ['a-1'],
      locations: [],
      connectionTimeoutSeconds: 120,
      sessionLengthSeconds: 3600,
    },
    application: 'a-1',
    signalRequest: `offer-${randomUUID()}`,
    locations: undefined,
    launchArguments: undefined,
    claims: () => ({}),
    key: undefined,
    endsBy: 1_800_000_015_000,
    metrics: newRequestMetrics(),
    ...changes,
  };
}
