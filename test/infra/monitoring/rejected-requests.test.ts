import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InvokeResult } from '../../../local/functions/pool.ts';
import type { AccessLogEntry } from '../../../local/gateway/gateway.ts';
import {
  routeModel,
  send,
  type TestGateway,
  type TestIssuer,
  testGateway,
  testIssuer,
} from '../../local/gateway/support.ts';
import { ofType, templateOf, text, withProvider } from '../synth.ts';

const template = templateOf(withProvider);
const [filter] = ofType(template, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties);
const [stage] = ofType(template, 'AWS::ApiGatewayV2::Stage').map(([, { Properties }]) => Properties);

/**
 * Whether a CloudWatch Logs filter pattern matches a line of JSON. It supports string comparisons with *, &&, || and brackets.
 */
function matches(pattern: string, line: Record<string, string>): boolean {
  const expression = pattern
    .replace(/^\{|\}$/g, '')
    .replaceAll(/\$\.(\w+) (=|!=) "([^"]*)"/g, (_, field, operator, value) => {
      const expected = new RegExp(`^${value.replaceAll(/[.+?^$()[\]\\-]/g, '\\$&').replaceAll('*', '.*')}$`);
      return String(expected.test(line[field] ?? '') === (operator === '='));
    });
  expect(expression).toMatch(/^[\s()&|a-z]+$/);
  return new Function(`return ${expression}`)();
}

/** The access log line of a request, in the format of the stage. */
function lineOf(entry: AccessLogEntry): Record<string, string> {
  const context: Record<string, unknown> = {
    '$context.status': entry.status,
    '$context.integrationStatus': entry.integrationStatus,
    '$context.apiId': 'api-1',
  };
  return JSON.parse(
    stage.AccessLogSettings.Format.replaceAll(/\$context[\w.]+/g, (name: string) =>
      String(context[name] ?? '-'),
    ),
  );
}

let gateway: TestGateway;
let issuer: TestIssuer;
let answer: () => InvokeResult | Promise<InvokeResult>;
beforeAll(async () => {
  issuer = await testIssuer();
  const authorizer = issuer.authorizer();
  gateway = await testGateway(
    [
      routeModel('GET /served', { authorizer }),
      routeModel('GET /denied', { authorizer, invokeAllowed: false }),
      routeModel('GET /slow', { authorizer, integrationTimeoutMs: 1 }),
      routeModel('GET /busy', { throttle: { rateLimit: 0.001, burstLimit: 0 } }),
    ],
    { answer: () => answer() },
  );
});
afterAll(async () => {
  await gateway.close();
  await issuer.close();
});

const replies = (statusCode: number) => (): InvokeResult => ({
  ok: true,
  payload: JSON.stringify({ statusCode, body: '{}' }),
});
const fails = (errorType: string) => (): InvokeResult => ({ ok: false, errorType, errorMessage: '' });

/** Sends one request and matches its access log line. */
async function request(path: string, reply: typeof answer = replies(200), token?: string) {
  answer = reply;
  const authorization = `Bearer ${token ?? (await issuer.token())}`;
  const before = gateway.log.length;
  const { status } = await send(gateway.url, 'GET', path, { headers: { authorization } });
  await expect.poll(() => gateway.log.length).toBe(before + 1);
  const line = lineOf(gateway.log.at(-1) as AccessLogEntry);
  expect(line.status).toBe(String(status));
  return { status, counted: matches(filter.FilterPattern, line) };
}

describe('a request that never reaches a function is counted', () => {
  test.each([
    ['401 for everybody: a wrong issuer', '/served', 401, replies(200), 'no token'],
    ['429 from the throttle of the stage', '/busy', 429, replies(200), undefined],
    ['500 when API Gateway may not invoke the function', '/denied', 500, replies(200), undefined],
    ['503 when Lambda throttles the function', '/served', 503, fails('TooManyRequestsException'), undefined],
    [
      '503 when the function responds too late',
      '/slow',
      503,
      () => new Promise<InvokeResult>(() => {}),
      undefined,
    ],
  ] as const)('%s', async (_, path, status, reply, token) => {
    expect(await request(path, reply, token)).toEqual({ status, counted: true });
  });

  test('403 for everybody: a scope that no token has', async () => {
    const token = await issuer.token({ scope: 'openid' });
    expect(await request('/served', undefined, token)).toEqual({ status: 403, counted: true });
  });
});

test.each([
  ['a player who waits in the queue', '/served', 503, replies(503)],
  ['a player who is back', '/served', 201, replies(201)],
  ['a refusal by the function', '/served', 409, replies(409)],
  ["the player's own rate limit", '/served', 429, replies(429)],
  ['a crashed function, which has an alarm of its own', '/served', 500, fails('Error')],
  ['an unknown path, which strangers try everywhere', '/wp-login.php', 404, replies(200)],
] as const)('not counted as rejected: %s', async (_, path, status, reply) => {
  expect(await request(path, reply)).toEqual({ status, counted: false });
});

test('the count covers this API alone, also with two deployments in an account', () => {
  const format = JSON.parse(stage.AccessLogSettings.Format);
  expect(format.apiId).toBe('$context.apiId');
  expect(filter.MetricTransformations).toEqual([
    {
      MetricNamespace: 'Rejoin',
      MetricName: 'TurnedAway',
      MetricValue: '1',
      Dimensions: [{ Key: 'ApiId', Value: '$.apiId' }],
    },
  ]);
  const [logs] = text(stage.AccessLogSettings.DestinationArn).slice(2).split('.');
  expect(text(filter.LogGroupName)).toBe(`\${${logs}}`);
});
