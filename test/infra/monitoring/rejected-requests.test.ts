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

/** Whether a filter pattern of CloudWatch Logs matches a line of JSON: comparisons of strings with *, &&, || and brackets. */
function matches(pattern: string, line: Record<string, string>): boolean {
  const expression = pattern
    .replace(/^\{|\}$/g, '')
    .replaceAll(/\$\.(\w+) (=|!=) "([^"]*)"/g, (_, field, operator, value) => {
      const wanted = new RegExp(`^${value.replaceAll(/[.+?^$()[\]\\-]/g, '\\$&').replaceAll('*', '.*')}$`);
      return String(wanted.test(line[field] ?? '') === (operator === '='));
    });
  expect(expression).toMatch(/^[\s()&|a-z]+$/);
  return new Function(`return ${expression}`)();
}

/** A line as the stage's own format has it, of what the gateway knows of a request. */
function lineOf(entry: AccessLogEntry): Record<string, string> {
  const known: Record<string, unknown> = {
    '$context.status': entry.status,
    '$context.integrationStatus': entry.integrationStatus,
    '$context.apiId': 'api-1',
  };
  return JSON.parse(
    stage.AccessLogSettings.Format.replaceAll(/\$context[\w.]+/g, (name: string) =>
      String(known[name] ?? '-'),
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
      routeModel('GET /asked', { authorizer }),
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

/** The line that the gateway writes of one request. */
async function asked(path: string, how: typeof answer = replies(200), token?: string) {
  answer = how;
  const authorization = `Bearer ${token ?? (await issuer.token())}`;
  const before = gateway.log.length;
  const { status } = await send(gateway.url, 'GET', path, { headers: { authorization } });
  await expect.poll(() => gateway.log.length).toBe(before + 1);
  const line = lineOf(gateway.log.at(-1) as AccessLogEntry);
  expect(line.status).toBe(String(status));
  return { status, counted: matches(filter.FilterPattern, line) };
}

describe('a request that never reaches a function is counted, since no function can', () => {
  test.each([
    ['401 to all: a wrong issuer', '/asked', 401, replies(200), 'no token'],
    ['429 of the stage', '/busy', 429, replies(200), undefined],
    ['500 where API Gateway may not invoke the function', '/denied', 500, replies(200), undefined],
    ['503 where Lambda holds it back', '/asked', 503, fails('TooManyRequestsException'), undefined],
    ['503 where nothing answers in time', '/slow', 503, () => new Promise<InvokeResult>(() => {}), undefined],
  ] as const)('%s', async (_, path, status, how, token) => {
    expect(await asked(path, how, token)).toEqual({ status, counted: true });
  });

  test('403 to all: a scope that no token has', async () => {
    const token = await issuer.token({ scope: 'openid' });
    expect(await asked('/asked', undefined, token)).toEqual({ status: 403, counted: true });
  });
});

test.each([
  ['a player who waits for a turn', '/asked', 503, replies(503)],
  ['a player who is back', '/asked', 201, replies(201)],
  ['a refusal by the rules', '/asked', 409, replies(409)],
  ["the player's own budget", '/asked', 429, replies(429)],
  ['a function that died: there is an alarm for that', '/asked', 500, fails('Error')],
  ['an address that does not exist, as strangers try them', '/wp-login.php', 404, replies(200)],
] as const)('what is none is not: %s', async (_, path, status, how) => {
  expect(await asked(path, how)).toEqual({ status, counted: false });
});

test('the count is of this API alone, also where an account has two deployments', () => {
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
