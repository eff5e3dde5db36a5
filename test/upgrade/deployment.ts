import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { startTableService } from '../../local/table/table.ts';
import { type Bench, openBench } from '../emulator/support.ts';
import { HANGS_AFTER_MS } from '../patience.ts';
import type { Functions, RouteName } from './versions.ts';

const GROUP_PATH = '/v1/streamgroups/(?<streamGroupId>[^/]+)/streamsessions';
const SESSION_PATH = `${GROUP_PATH}/(?<streamSessionId>[^/]+)`;
const PATHS: readonly (readonly [RouteName, string, string])[] = [
  ['start', 'POST', GROUP_PATH],
  ['sessions', 'GET', '/v1/streamsessions'],
  ['reconnect', 'POST', `${SESSION_PATH}/connections`],
  ['status', 'GET', SESSION_PATH],
  ['terminate', 'DELETE', SESSION_PATH],
];

/** Calls the functions of one version, as API Gateway would: the bearer token is the player's name. */
export type Api = (url: string, init?: RequestInit) => Promise<Response>;

export function apiOf(functions: Functions): Api {
  return async (url, { method = 'GET', headers, body } = {}) => {
    const { pathname } = new URL(url);
    const sent = new Headers(headers);
    for (const [name, itsMethod, path] of PATHS) {
      const match = new RegExp(`^${path}$`).exec(pathname);
      if (itsMethod !== method || !match) continue;
      const sub = (sent.get('authorization') ?? '').replace('Bearer ', '');
      const event = {
        headers: Object.fromEntries(sent),
        pathParameters: { ...match.groups },
        requestContext: {
          requestId: randomUUID(),
          authorizer: { jwt: { claims: { iss: 'https://issuer.example', sub } } },
          http: { sourceIp: '192.0.2.1', userAgent: 'tests' },
        },
        body: body ?? undefined,
        isBase64Encoded: false,
      };
      const context = {
        awsRequestId: 'r',
        functionName: name,
        getRemainingTimeInMillis: () => HANGS_AFTER_MS,
      };
      const answer = await functions[name](event, context);
      const status = Number(answer.statusCode);
      return new Response(status === 204 ? null : String(answer.body), {
        status,
        headers: answer.headers as Record<string, string>,
      });
    }
    return expect.unreachable(`No route answers ${method} ${pathname}`);
  };
}

/** One table and one AWS for the functions of all versions. */
export async function openDeployment(): Promise<Bench & { close(): Promise<void> }> {
  const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' }) as const;
  const [bench, tables] = await Promise.all([
    openBench({ settings: { activationSeconds: 0.02, readySeconds: 0.02 } }),
    startTableService({
      port: 0,
      tables: [
        {
          logicalId: 'Sessions',
          name: 'Sessions',
          arn: 'arn:aws:dynamodb:us-west-2:123456789012:table/Sessions',
          attributeDefinitions: [attribute('pk'), attribute('sk')],
          keySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          billing: { mode: 'PAY_PER_REQUEST' },
        },
      ],
    }),
  ]);
  const environment = {
    TABLE_NAME: 'Sessions',
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
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return {
    ...bench,
    close: async () => {
      vi.unstubAllEnvs();
      await Promise.all([bench.close(), tables.close()]);
    },
  };
}
