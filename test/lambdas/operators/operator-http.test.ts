import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { context, hearLogs } from '../logged.ts';

const OPERATOR = 'arn:aws:sts::123456789012:assumed-role/Operators/ann@example.com';
const SETTINGS = {
  streamGroups: [{ id: 'sg-1', region: 'us-west-2' }],
  operators: ['arn:aws:sts::123456789012:assumed-role/Operators/*'],
  adminShell: { perOperatorPerMinute: 6, perMinute: 30 },
};
const SIGNATURE = 'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-west-2/execute-api/aws4_request';

const event = (iam: unknown) => ({
  headers: { authorization: SIGNATURE, 'x-amz-security-token': 'a-session-token' },
  pathParameters: { streamGroupId: 'sg-1', streamSessionId: 's-1' },
  requestContext: {
    requestId: 'request-1',
    authorizer: { iam },
    http: { sourceIp: '192.0.2.1', userAgent: 'x'.repeat(5000) },
  },
  body: '{"reason":"a reason that stays secret"}',
  isBase64Encoded: false,
});

let logged: () => string;
beforeEach(() => {
  logged = hearLogs();
  vi.resetModules();
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'Rejoin');
  vi.stubEnv('POWERTOOLS_LOGGER_LOG_EVENT', 'true');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Calls a route as a principal; loaded anew, since the logger reads its environment once. */
async function calledBy(iam: unknown, answer: (request: unknown) => unknown = () => ({ status: 204 })) {
  const { operatorApi } = await import('../../../lambdas/operators/operator-api.ts');
  const handler = operatorApi('operator-shell', SETTINGS, async (request) => answer(request) as never);
  return handler(event(iam) as never, context as never);
}

describe('the operator API', () => {
  it('gives a route the caller, its access key, its address and the request id', async () => {
    const asked = vi.fn(() => ({ status: 204 }));
    expect((await calledBy({ userArn: OPERATOR, accessKey: 'ASIAEXAMPLE' }, asked)).statusCode).toBe(204);
    expect(asked).toHaveBeenCalledWith({
      call: {
        operator: OPERATOR,
        accessKeyId: 'ASIAEXAMPLE',
        entry: 'arn:aws:sts::123456789012:assumed-role/Operators/*',
        sourceIp: '192.0.2.1',
        userAgent: 'x'.repeat(256),
        requestId: 'request-1',
      },
      streamGroupId: 'sg-1',
      streamSessionId: 's-1',
      playerId: undefined,
      body: '{"reason":"a reason that stays secret"}',
      endsBy: expect.any(Number),
      metrics: newRequestMetrics(),
    });
  });

  it.each([
    ['somebody IAM let in who is not listed', { userArn: 'arn:aws:iam::123456789012:user/mallory' }],
    ['somebody of whom API Gateway tells no ARN', { userArn: null }],
    ['nobody: a route that lost its authorizer', undefined],
  ])('refuses %s before the route sees anything', async (_who, iam) => {
    const asked = vi.fn();
    const { statusCode, body } = await calledBy(iam, asked);
    expect([statusCode, JSON.parse(body ?? '').code]).toEqual([403, 'not_an_operator']);
    expect(asked).not.toHaveBeenCalled();
    expect(logged()).toContain('"not an operator"');
  });

  it('logs the caller, and no credential and no reason of the request', async () => {
    await calledBy({ userArn: OPERATOR }, () => ({ status: 201, body: { tokenValue: 'a-token' } }));
    await calledBy({ userArn: OPERATOR }, () => Promise.reject(new TypeError('a-token at fault')));
    expect(logged()).toContain(OPERATOR);
    for (const secret of [SIGNATURE, 'a-session-token', 'stays secret', 'a-token']) {
      expect(logged()).not.toContain(secret);
    }
  });

  it('answers a code that is none of its own as a defect, so that its codes stay a closed union', async () => {
    const { Problem } = await import('../../../lambdas/problems/problems.ts');
    const { statusCode, body } = await calledBy({ userArn: OPERATOR }, () =>
      Promise.reject(new Problem('taken_over', 'This is of the player API.')),
    );
    expect([statusCode, JSON.parse(body ?? '').code]).toEqual([500, 'broker_misconfigured']);
  });
});
