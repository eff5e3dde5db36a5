import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlayerSettings } from '../../../contract/deployed-settings.ts';
import type { SliOutcome } from '../../../lambdas/problems/problems.ts';
import { context, hearLogs } from '../logged.ts';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.secret.signature';
const event = {
  headers: { authorization: `Bearer ${TOKEN}`, 'idempotency-key': 'key' },
  pathParameters: { streamGroupId: 'sg-1', streamSessionId: `${TOKEN}${TOKEN}` },
  requestContext: {
    requestId: 'request-1',
    authorizer: { jwt: { claims: { iss: 'https://issuer.example', sub: 'alice' } } },
  },
  body: '{"signalRequest":"v=0 secret offer"}',
  isBase64Encoded: false,
};

let logged: () => string;
beforeEach(() => {
  logged = hearLogs();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What a handler answers whose route refuses with a code, or dies; loaded anew, since the logger reads its environment once. */
async function failing(
  problem: string | Error,
  userId: PlayerSettings['userId'] = 'pseudonym',
  verdict?: SliOutcome,
  changes: object = {},
) {
  vi.resetModules();
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'Rejoin');
  const { playerApi } = await import('../../../lambdas/players/player-api.ts');
  const { Problem } = await import('../../../lambdas/problems/problems.ts');
  const refusal = (code: string) =>
    Object.assign(new Problem<string>(code, 'Wait.', { retryAfterMs: 1200 }), { sliOutcome: verdict });
  const thrown = typeof problem === 'string' ? refusal(problem) : problem;
  const handler = playerApi('reconnect', { userId } as PlayerSettings, () => Promise.reject(thrown));
  return handler({ ...event, ...changes } as never, context as never);
}

it("logs no token and no offer, not even where Powertools' own event log is switched on", async () => {
  vi.stubEnv('POWERTOOLS_LOGGER_LOG_EVENT', 'true');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  await failing('paced');
  expect(logged()).toContain('"code":"paced"');
  expect(logged()).not.toContain(TOKEN);
  expect(logged()).not.toContain('secret offer');
});

it('answers a defect of ours without its message, and logs where it happened but not what it said', async () => {
  const result = await failing(new TypeError(`cannot read ${TOKEN}`));
  expect(result.statusCode).toBe(500);
  expect(JSON.parse(result.body ?? '')).toMatchObject({
    code: 'broker_misconfigured',
    requestId: 'request-1',
  });
  expect(logged()).toContain('http.test.ts');
  expect(logged() + result.body).not.toContain(TOKEN);
});

it('tells the caller to repeat a request whose function runs out of time: it is neither a defect nor the end', async () => {
  vi.resetModules();
  const { playerApi } = await import('../../../lambdas/players/player-api.ts');
  const { LAST_ANSWER_MS } = await import('../../../lambdas/environment/time-limit.ts');
  const handler = playerApi(
    'reconnect',
    { userId: 'pseudonym' } as PlayerSettings,
    () => new Promise(() => {}),
  );
  const answer = await handler(
    event as never,
    { ...context, getRemainingTimeInMillis: () => LAST_ANSWER_MS } as never,
  );
  expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
  expect(JSON.parse(answer.body ?? '')).toMatchObject({ code: 'upstream_unavailable', retry: 'same' });
  expect(logged()).not.toContain('unexpected');
});

it('logs a player by the same pseudonym whether or not AWS gets the subject, with the request id of the answer', async () => {
  for (const userId of ['pseudonym', 'subject'] as const) {
    logged = hearLogs();
    const { body } = await failing('paced', userId);
    const { playerIdOf } = await import('../../../lambdas/identifiers/player-id.ts');
    expect(logged()).toContain(`"playerId":"${playerIdOf('https://issuer.example', 'alice', 'pseudonym')}"`);
    expect(logged()).toContain(`"requestId":"${JSON.parse(body ?? '').requestId}"`);
    expect(logged()).not.toContain('alice');
  }
});

it.each([
  [
    'a body whose bytes are no UTF-8',
    { body: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]).toString('base64'), isBase64Encoded: true },
  ],
  [
    'a subject with half of a character in it',
    {
      requestContext: {
        requestId: 'r',
        authorizer: { jwt: { claims: { iss: 'https://issuer.example', sub: 'a\ud800' } } },
      },
    },
  ],
])('refuses %s: read as U+FFFD it would be the same as another one', async (_, changes) => {
  const { body = '' } = await failing('upstream_unavailable', 'pseudonym', undefined, changes);
  expect(JSON.parse(body)).toMatchObject({ code: 'invalid_request' });
});

it('names the wait twice: in milliseconds for progress bars, in whole seconds for any HTTP client', async () => {
  const result = await failing('paced');
  expect(result.headers).toMatchObject({ 'retry-after': '2', 'content-type': 'application/problem+json' });
  expect(JSON.parse(result.body ?? '').retryAfterMs).toBe(1200);
});

it.each(['not_an_operator', 'no_such_code', 'constructor', '__proto__'])(
  'answers as a defect a refusal with %s, which is no code of this API',
  async (code) => {
    const result = await failing(code);
    expect(result.statusCode).toBe(500);
    expect(JSON.parse(result.body ?? '')).toMatchObject({ code: 'broker_misconfigured', retry: 'never' });
  },
);

it('answers a code of this API as it is, also one that the route should not have: its wait must not get lost', async () => {
  const { statusCode, headers } = await failing('session_not_terminable');
  expect([statusCode, headers?.['retry-after']]).toEqual([409, '2']);
});

it("counts a refusal by the outcome that it carries, which may differ from its code's", async () => {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  for (const [verdict, failed] of [
    [undefined, undefined],
    ['failure', '1'],
  ] as const) {
    const before = logged().length;
    await failing('paced', 'pseudonym', verdict);
    expect(/"Failed":(\d)/.exec(logged().slice(before))?.[1]).toBe(failed);
  }
});

it.each([
  ['a refusal by the rules', 'session_not_reconnectable', undefined, 'INFO', false],
  [
    'a refusal by the rules that lost the player the session',
    'session_not_reconnectable',
    'failure',
    'WARN',
    true,
  ],
  ['a failure of AWS', 'upstream_unavailable', undefined, 'WARN', true],
  [
    'a failure of AWS that was counted of the player before',
    'upstream_unavailable',
    'excluded',
    'WARN',
    false,
  ],
  ['a defect', 'broker_misconfigured', undefined, 'ERROR', true],
] as const)(
  'a log line says whether the failure is one that alarms count, or the saved query finds the wrong players: %s',
  async (_, code, verdict, level, isCounted) => {
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    await failing(code, 'pseudonym', verdict);
    const lines = logged()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    expect(lines.find(({ message }) => message === 'refused')).toMatchObject({ level, code });
    expect(lines.filter(({ countedAs }) => countedAs === 'failure')).toHaveLength(isCounted ? 1 : 0);
    expect(lines.filter(({ Failed }) => Failed === 1)).toHaveLength(isCounted ? 1 : 0);
  },
);

it('counts what a request met for that request alone, also where one sandbox answers the next', async () => {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'Rejoin');
  vi.resetModules();
  const { playerApi } = await import('../../../lambdas/players/player-api.ts');
  const throttles = [2, 0];
  const handler = playerApi('reconnect', { userId: 'pseudonym' } as PlayerSettings, async ({ metrics }) => {
    metrics.throttles += throttles.shift() ?? expect.unreachable();
    return { status: 201, body: {} };
  });
  const counted: (string | undefined)[] = [];
  for (let request = 0; request < 2; request++) {
    const before = logged().length;
    await handler(event as never, { ...context } as never);
    counted.push(/"Throttles":(\d)/.exec(logged().slice(before))?.[1]);
  }
  expect(counted).toEqual(['2', undefined]);
});
