import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InvokeResult } from '../../../local/functions/pool.ts';
import { type AccessLogEntry, accessLogLine } from '../../../local/gateway/access-log.ts';
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
    { answer: () => answer(), accessLogFormat: stage.AccessLogSettings.Format },
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
  const line = JSON.parse(
    accessLogLine(stage.AccessLogSettings.Format, gateway.log.at(-1) as AccessLogEntry),
  );
  expect(line.status).toBe(String(status));
  return { status, counted: matches(filter.FilterPattern, line), line };
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
    expect(await request(path, reply, token)).toMatchObject({ status, counted: true });
  });

  test('403 for everybody: a scope that no token has', async () => {
    const token = await issuer.token({ scope: 'openid' });
    expect(await request('/served', undefined, token)).toMatchObject({ status: 403, counted: true });
  });
});

test.each([
  ['a player who waits in the queue', '/served', 503, replies(503)],
  ['a player who is back', '/served', 201, replies(201)],
  ['a refusal by the function', '/served', 409, replies(409)],
  ["the player's own rate limit", '/served', 429, replies(429)],
  ['a 403 by the function itself', '/served', 403, replies(403)],
  ['AWS that did not answer in time', '/served', 504, replies(504)],
  ['a crashed function, which has an alarm of its own', '/served', 500, fails('Error')],
  ['an unknown path, which strangers try everywhere', '/wp-login.php', 404, replies(200)],
] as const)('not counted as rejected: %s', async (_, path, status, reply) => {
  expect(await request(path, reply)).toMatchObject({ status, counted: false });
});

test("the access log tells Lambda's status and the function's status apart", async () => {
  const { line } = await request('/served', replies(503));
  expect(line).toMatchObject({ status: '503', integrationStatus: '200', functionStatus: '503', error: '-' });
});

/**
 * A line as AWS writes it, in the words of the developer guide alone: `-` stands for no value.
 * @param lambda the status of Lambda's response to the invocation
 * @param own the status that the function returned
 */
function lineOf(status: string, lambda: string, own: string): Record<string, string> {
  const values: Record<string, string> = {
    '$context.status': status,
    '$context.integration.integrationStatus': lambda,
    '$context.integration.status': own,
    // The guide explains it both ways. Whatever uses it is wrong for the function's own 503.
    '$context.integrationStatus': own === '-' ? lambda : own,
  };
  const format: string = stage.AccessLogSettings.Format;
  return JSON.parse(format.replaceAll(/\$context(?:\.\w+)+/g, (name) => values[name] ?? '-'));
}

test.each([
  ["the function's own 503", '503', '200', '503', false],
  ["the function's own 429", '429', '200', '429', false],
  ["the function's own 403", '403', '200', '403', false],
  ["the function's own 500", '500', '200', '500', false],
  ['a 200', '200', '200', '200', false],
  ['a crashed function', '500', '200', '-', false],
  ['a function that Lambda throttles', '503', '429', '-', true],
  ['a function that API Gateway may not invoke', '500', '403', '-', true],
  ['a refused token', '401', '-', '-', true],
  ['a token without the scope', '403', '-', '-', true],
  ["the stage's throttle", '429', '-', '-', true],
  ['no answer in time', '503', '-', '-', true],
  ['no such route', '404', '-', '-', false],
] as const)(
  'the metric filter counts what never reached a function, and only that: %s',
  (_, status, lambda, own, counted) => {
    expect(matches(filter.FilterPattern, lineOf(status, lambda, own))).toBe(counted);
  },
);

test('a report of what a player felt may be refused by the throttle: nobody waits for it', () => {
  const routeKey = 'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/recoveries';
  const line = lineOf('429', '-', '-');
  expect(matches(filter.FilterPattern, { ...line, routeKey })).toBe(false);
  expect(matches(filter.FilterPattern, { ...line, routeKey: 'POST /another' })).toBe(true);
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
