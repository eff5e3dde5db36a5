import { randomUUID } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, vi } from 'vitest';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { startTableService } from '../../local/table/table.ts';
import { APPLICATION, GROUP, openBench } from '../emulator/support.ts';
import { HANGS_AFTER_MS } from '../patience.ts';
import { openApi, operationNamed, undocumented } from './documented-responses.ts';
import { undocumentedMembers } from './problem-members.ts';

const ISSUER = 'https://issuer.example';
const OPERATOR = 'arn:aws:iam::123456789012:user/operator';
/** Separate tables, so that some tests do not affect others. */
const TABLES = [
  'Sessions',
  'StormOfStarts',
  'StormOfReconnects',
  'Rates',
  'Audit',
  'Brake',
  'Paused',
  'Spoilt',
] as const;

/** The response of a handler. */
export interface TestResponse {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  json: any;
}

type Handler = (event: object, context: object) => Promise<Record<string, unknown>>;

/**
 * The variable parts of a deployment: the name of its session table, or `none` for one that does not exist; its audit table;
 * its limit of shells; settings that are broken.
 */
export interface Variant {
  table?: (typeof TABLES)[number] | 'none';
  audit?: 'none';
  brake?: 'none' | 'Paused' | 'Spoilt';
  /** Only a proxy that knows a secret may ask. */
  hasEdge?: boolean;
  /** The settings lack the limits of operators, which no synthesis would let through. */
  hasNoLimits?: boolean;
  shellsPerMinute?: number;
  /** Settings without stream groups, which no deployment has. */
  spoilt?: boolean;
  /** Only players whose token has the claim `plan` may start. */
  rules?: true;
}

const settings = ({
  shellsPerMinute = 1000,
  spoilt = false,
  hasNoLimits = false,
  hasEdge = false,
  rules,
}: Variant) => ({
  ...(hasEdge ? { edgeSecretSha256: ['0'.repeat(64)] } : {}),
  ...(rules && { start: { rules: [{ when: [{ claim: 'plan', present: true }], give: {} }] } }),
  streamGroups: [
    {
      id: GROUP,
      region: 'us-west-2',
      applications: [APPLICATION],
      locations: [],
      connectionTimeoutSeconds: 120,
      sessionLengthSeconds: 3600,
    },
  ],
  userId: 'pseudonym',
  launchArguments: false,
  limits: {
    maxLiveSessionsPerPlayer: 1,
    connectionsPerMinute: 20,
    startsPerMinute: 5,
    missesPerMinute: 5,
    signalRequestBytes: 65_536,
  },
  quotas: { StartStreamSession: 1000, GetStreamSession: 1000, CreateStreamSessionConnection: 1000 },
  adoption: { enabled: true, quotaShare: 1 },
  operators: [OPERATOR],
  adminShell: hasNoLimits ? undefined : { perOperatorPerMinute: shellsPerMinute, perMinute: shellsPerMinute },
  ...(spoilt ? { streamGroups: undefined } : {}),
  exportBucket: 'arcade-exports',
});

/**
 * The functions' own handlers, with a real table and the emulator of GameLift Streams. Every response is checked against the
 * OpenAPI document of its API, and every problem against docs/protocol.md.
 */
export async function openHandlers() {
  const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' }) as const;
  const [bench, tables] = await Promise.all([
    openBench({ settings: { activationSeconds: 0.02, readySeconds: 0.02, adminShellReadySeconds: 0 } }),
    startTableService({
      port: 0,
      tables: TABLES.map((name) => ({
        logicalId: name,
        name,
        arn: `arn:aws:dynamodb:us-west-2:123456789012:table/${name}`,
        attributeDefinitions: [attribute('pk'), attribute('sk')],
        keySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        billing: { mode: 'PAY_PER_REQUEST' },
      })),
    }),
  ]);
  const environment = (variant: Variant) => ({
    SETTINGS: JSON.stringify(settings(variant)),
    TABLE_NAME: variant.table ?? 'Sessions',
    RATE_TABLE_NAME: 'Rates',
    BRAKE_TABLE_NAME: variant.brake ?? 'Brake',
    AUDIT_TABLE_NAME: variant.audit ?? 'Audit',
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'AKIATESTER',
    AWS_SECRET_ACCESS_KEY: 'tester-secret',
    // The variables of a developer would take precedence.
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    AWS_ENDPOINT_URL_DYNAMODB: tables.url,
    // Table and emulator share this process with the handlers, so a late response means no failure.
    TABLE_TIMEOUT_MS: String(HANGS_AFTER_MS),
    GAMELIFTSTREAMS_TIMEOUT_MS: String(HANGS_AFTER_MS),
    AWS_ENDPOINT_URL_GAMELIFTSTREAMS: bench.emulator.url,
    POWERTOOLS_METRICS_NAMESPACE: 'Rejoin',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  for (const [name, value] of Object.entries(environment({}))) vi.stubEnv(name, value);

  const loaded = new Map<string, Promise<Handler>>();
  /** Loads a function's handler with an environment of its own. */
  function handlerOf(name: string, variant: Variant): Promise<Handler> {
    const key = `${name} ${JSON.stringify(variant)}`;
    const known = loaded.get(key);
    if (known) return known;
    const load = async (): Promise<Handler> => {
      vi.resetModules();
      for (const [variable, value] of Object.entries(environment(variant))) vi.stubEnv(variable, value);
      return (await import(`../../lambdas/routes/${name}/handler.ts`)).handler;
    };
    // One after another, so that each module reads its own environment.
    const last = [...loaded.values()].at(-1) ?? Promise.resolve();
    const loading = last.then(load);
    loaded.set(key, loading);
    return loading;
  }

  const sender =
    (api: keyof typeof openApi, authorizer: object, sent: Readonly<Record<string, string>> = {}) =>
    async (name: string, request: TestRequest = {}, variant: Variant = {}): Promise<TestResponse> => {
      const { body, key, lifeMs = HANGS_AFTER_MS, isBase64Encoded = false, ...pathParameters } = request;
      const handler = await handlerOf(name, variant);
      const event = {
        headers: { ...sent, ...(key === undefined ? {} : { 'idempotency-key': key }) },
        pathParameters: { streamGroupId: GROUP, ...pathParameters },
        requestContext: {
          requestId: randomUUID(),
          authorizer,
          http: { sourceIp: '192.0.2.1', userAgent: 'tests' },
        },
        body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
        isBase64Encoded,
      };
      const context = { awsRequestId: 'r', functionName: name, getRemainingTimeInMillis: () => lifeMs };
      const { statusCode, headers, body: text = '' } = await handler(event, context);
      const json = text === '' ? undefined : JSON.parse(String(text));
      const answer = {
        status: Number(statusCode),
        headers: new Headers(headers as Record<string, string>),
        text: String(text),
        json,
      };
      expect(undocumented(openApi[api], operationNamed(openApi[api], name), answer), answer.text).toEqual([]);
      if (answer.status >= 400) expect(undocumentedMembers(api, json), answer.text).toEqual([]);
      return answer;
    };

  /** A player; with an empty subject, one whose token has none. */
  function player(sub: string = randomUUID()) {
    const claims = sub === '' ? { iss: ISSUER } : { iss: ISSUER, sub };
    // As the authorizer has verified it: the signature does not matter any more.
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const headers = { authorization: `Bearer header.${payload}.signature` };
    return {
      send: sender('player', { jwt: { claims } }, headers),
      playerId: playerIdOf(ISSUER, sub, 'pseudonym'),
    };
  }

  const dynamodb = new DynamoDBClient({});
  return {
    player,
    operator: (userArn = OPERATOR) => sender('operator', { iam: { userArn, accessKey: 'AKIAOPERATOR' } }),
    control: bench.control,
    fault: (operation: string, kind: string, more: { count?: number } = {}) =>
      bench.control('POST', 'faults', { operation, kind, count: 20, ...more }),
    /** The next call of the operation accepts effect, and its response is held until `release`. */
    hold: (operation: string) =>
      bench.control('POST', 'faults', { operation, kind: 'hold', at: 'answer', count: 1 }),
    /** Waits until a call is held. */
    untilHeld: () => expect.poll(async () => (await bench.control('GET', 'held')).body).toHaveLength(1),
    release: () => bench.control('POST', 'release'),
    /** Waits until the session has this status in the emulator. */
    untilStatus: (id: string, status: string) => bench.reaches(id, status),
    /** Writes a session record as it is; without more, one that our code would never write. */
    writeRecord: (playerId: string, more: object = {}) =>
      dynamodb.send(
        new PutItemCommand({
          TableName: 'Sessions',
          Item: marshall({
            pk: playerId,
            sk: `SESSION#${GROUP}#spoilt`,
            streamGroupId: GROUP,
            streamSessionId: 'spoilt',
            status: 'CONNECTED',
            createdAt: 9e15,
            statusAt: 9e15,
            statusSince: 9e15,
            connectionTimeoutSeconds: 120,
            sessionLengthSeconds: 3600,
            ...more,
          }),
        }),
      ),
    /** Writes a brake that lasts beyond the end of all dates, which our code would never write. */
    writeInvalidBrake: () =>
      dynamodb.send(
        new PutItemCommand({
          TableName: 'Spoilt',
          Item: marshall({ pk: 'BRAKE', sk: 'STARTS', until: 9e15, setAt: 8.9e15 }),
        }),
      ),
    async close() {
      dynamodb.destroy();
      vi.unstubAllEnvs();
      await Promise.all([bench.close(), tables.close()]);
    },
  };
}

/** A request: the ids in its path, its body, its key, and the time that the function has left. */
interface TestRequest {
  streamGroupId?: string;
  streamSessionId?: string;
  playerId?: string;
  body?: unknown;
  key?: string | undefined;
  lifeMs?: number | undefined;
  isBase64Encoded?: boolean;
}

export type Handlers = Awaited<ReturnType<typeof openHandlers>>;
