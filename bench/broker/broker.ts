import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { PLAYER_ROUTES, routeKey } from '../../contract/routes.ts';
import { queueKey } from '../../lambdas/admission/queue-items.ts';
import { QUEUE_ATTRIBUTES } from '../../lambdas/dynamodb/stored-names.ts';
import { startDeployment } from '../../local/deployment.ts';
import { workerEnvironment } from '../../local/functions/environment.ts';
import { createFunctionPool, type FunctionPool } from '../../local/functions/pool.ts';
import { SHARED_MACHINE_INIT_TIMEOUT_MS } from '../../local/functions/worker.ts';
import { freeBasePort } from '../../local/ports.ts';
import type { FunctionModel } from '../../local/template/model.ts';
import { concurrencyLimit } from './concurrency-limit.ts';
import { type Answer, type BenchSession, playerEvent } from './event.ts';
import { type Relay, startRelay } from './relay.ts';
import { longAnswer, longOffer } from './sdp.ts';

/** An item of a table, or its key. */
export type Item = Record<string, AttributeValue>;

/** The reconnect function of a local deployment. The table and AWS stand behind relays that record its calls. */
export interface Broker {
  streamGroupId: string;
  /** The reconnect function; its asset directory holds the bundle that would be deployed. */
  fn: FunctionModel;
  /** The environment of its process. */
  environment: Record<string, string>;
  /** The function of a route of the player API, by its method and path. */
  functionOf(key: string): FunctionModel;
  /** Runs functions in their own processes, as the deployment would: the reconnect function, or those of `functions`. The caller closes the pool. */
  pool(options: {
    workers: number;
    onLog?: (line: string) => void;
    functions?: readonly FunctionModel[];
  }): FunctionPool;
  table: Relay;
  gameLiftStreams: Relay;
  /** Starts sessions, each for a new player, connects them and cuts their connections. */
  begin(count: number): Promise<BenchSession[]>;
  /** Waits until the sessions are connected, then cuts their connections. */
  cut(sessions: readonly BenchSession[]): Promise<void>;
  /** Reads an item of the table. */
  readItem(tableName: string, key: Item): Promise<Item | undefined>;
  /** Makes players who arrive from now on wait in the admission queue, or ends the queue. */
  queuePlayers(on: boolean): Promise<void>;
  /** Makes AWS answer each call this much later, in milliseconds: reconnects, or another operation. */
  slowDown(milliseconds: number, operation?: string): Promise<void>;
  /** Holds AWS's answers from now on. @returns lets them go */
  hold(): () => void;
  /** Whether a write of the table whose condition failed returns the item, as DynamoDB's does. It does at first. */
  returnItems(on: boolean): void;
  close(): Promise<void>;
}

const STREAM_GROUP = 'sg-bench';
const REGION = 'us-west-2';
/** More calls a second than any machine makes. */
const AMPLE = 100_000;
const CONNECTION_TIMEOUT_SECONDS = 3600;
/** A queue of this length: longer than a ticket that a function waits for. */
const QUEUE_MS = 30_000;
const AT_ONCE = 8;
const CONNECT_PATIENCE_MS = 10_000;

/**
 * Starts a local deployment for its reconnect function.
 *
 * @param options.quota AWS's reconnects a second; absent: no limit
 * @param options.logLevel the functions' log level
 */
export async function startBroker(options: {
  quota?: number;
  logLevel: 'INFO' | 'WARN';
  onProgress: (line: string) => void;
}): Promise<Broker> {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-'));
  const closers: (() => Promise<unknown>)[] = [
    async () => rmSync(directory, { recursive: true, force: true }),
  ];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  let returnsItem = true;
  let held: Promise<void> | undefined;
  try {
    const deployment = await startDeployment({
      basePort: await freeBasePort(),
      directory,
      settings: {
        streamGroups: [
          {
            id: STREAM_GROUP,
            region: REGION,
            applications: ['a-bench'],
            connectionTimeoutSeconds: CONNECTION_TIMEOUT_SECONDS,
          },
        ],
        limits: { connectionsPerMinute: 600 },
        quotas: {
          StartStreamSession: 1000,
          ...(options.quota === undefined ? {} : { CreateStreamSessionConnection: options.quota }),
        },
        logs: { level: options.logLevel },
      },
      emulator: {
        activationSeconds: 0,
        readySeconds: 0,
        lossNoticeSeconds: 0,
        peer: 'signalling',
        quotas: { CreateStreamSessionConnection: options.quota ?? AMPLE, StartStreamSession: AMPLE },
      },
      tableReturnsItemOnFailedCondition: () => returnsItem,
      onProgress: (line) => options.onProgress(`${line} ...`),
    });
    closers.push(() => deployment.close());
    const { endpoints } = deployment;
    const table = await startRelay(endpoints.table);
    closers.push(() => table.close());
    const gameLiftStreams = await startRelay(endpoints.gameLiftStreams, async (body) => {
      await held;
      return lengthened(body);
    });
    closers.push(() => gameLiftStreams.close());

    const start = deployment.functionOf(routeKey(PLAYER_ROUTES.start));
    const fn = deployment.functionOf(routeKey(PLAYER_ROUTES.reconnect));
    const addedTo = (model: FunctionModel) => ({
      AWS_ACCESS_KEY_ID: deployment.principals.keyOf(model).accessKeyId,
      AWS_SECRET_ACCESS_KEY: deployment.principals.keyOf(model).secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: table.url,
      AWS_ENDPOINT_URL_GAMELIFTSTREAMS: gameLiftStreams.url,
    });
    const { accessKeyId, secretAccessKey } = deployment.principals.keyOf(fn);
    const reader = new DynamoDBClient({
      endpoint: endpoints.table,
      region: REGION,
      credentials: { accessKeyId, secretAccessKey },
    });
    closers.push(async () => reader.destroy());
    const control = controlOf(endpoints.gameLiftStreams);
    const cut = async (sessions: readonly BenchSession[]) => {
      await eachOf(sessions, async ({ id }) => {
        const end = performance.now() + CONNECT_PATIENCE_MS;
        for (;;) {
          const { status } = await control('GET', `streamsessions/${id}`);
          if (status === 'CONNECTED') break;
          if (performance.now() > end) throw new Error(`Session ${id} never connected; it is ${status}.`);
          await delay(5);
        }
        await control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
      });
    };
    let players = 0;
    return {
      streamGroupId: STREAM_GROUP,
      fn,
      environment: workerEnvironment(fn, addedTo(fn)),
      functionOf: (key) => deployment.functionOf(key),
      pool: ({ workers, onLog, functions = [fn] }) =>
        createFunctionPool({
          functions: [...functions],
          environmentFor: addedTo,
          maxWorkersPerFunction: workers,
          initTimeoutMs: SHARED_MACHINE_INIT_TIMEOUT_MS,
          ...(onLog ? { onLog: ({ line }) => onLog(line) } : {}),
        }),
      table,
      gameLiftStreams,
      cut,
      async begin(count) {
        const sessions = await eachOf(Array.from({ length: count }), async () => {
          players += 1;
          const player = `player-${players}`;
          const body = { signalRequest: longOffer() };
          const event = playerEvent({ player, streamGroupId: STREAM_GROUP, body });
          const result = await deployment.pool.invoke(start.logicalId, event);
          const answer = (result.ok ? JSON.parse(result.payload) : {}) as Partial<Answer>;
          if (answer.statusCode !== 201) throw new Error(`No session was started: ${JSON.stringify(result)}`);
          const { streamSession } = JSON.parse(answer.body ?? '{}');
          return { player, id: streamSession.streamSessionId as string };
        });
        await cut(sessions);
        return sessions;
      },
      readItem: async (TableName, Key) =>
        (await reader.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item,
      async queuePlayers(on) {
        const until = on ? Date.now() + QUEUE_MS : 0;
        await reader.send(
          new UpdateItemCommand({
            TableName: fn.environment.TABLE_NAME,
            Key: marshall(queueKey('CreateStreamSessionConnection', REGION)),
            UpdateExpression: 'SET #until = :until, #nextFreeAt = :until',
            ExpressionAttributeNames: {
              '#until': QUEUE_ATTRIBUTES.queueingUntil,
              '#nextFreeAt': QUEUE_ATTRIBUTES.nextFreeAt,
            },
            ExpressionAttributeValues: marshall({ ':until': until }),
          }),
        );
      },
      async slowDown(milliseconds, operation = 'CreateStreamSessionConnection') {
        await control('POST', 'faults', { operation, kind: 'latency', milliseconds });
      },
      hold() {
        const released = Promise.withResolvers<void>();
        held = released.promise;
        return () => {
          held = undefined;
          released.resolve();
        };
      },
      returnItems(on) {
        returnsItem = on;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Calls the emulator's control API. */
function controlOf(url: string) {
  return async (method: string, path: string, body?: object): Promise<{ status?: string }> => {
    const response = await fetch(`${url}/_emulator/${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    if (!response.ok) {
      throw new Error(`The emulator answers ${method} ${path} with ${response.status}: ${answer}`);
    }
    return JSON.parse(answer);
  };
}

/** Replaces the emulator's short answer by one of real length: the table stores it, and its length costs money. */
function lengthened(body: string): string {
  if (!body.includes('"SignalResponse"')) return body;
  const answer = JSON.parse(body) as { SignalResponse?: string };
  if (answer.SignalResponse) answer.SignalResponse = longAnswer();
  return JSON.stringify(answer);
}

async function eachOf<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const limit = concurrencyLimit(AT_ONCE);
  return await Promise.all(list.map((one) => limit.run(() => work(one))));
}
