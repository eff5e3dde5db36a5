/** What a caller says about itself must not be able to bend a record or to shut the caller out. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requireReason } from '../../../lambdas/operators/reason.ts';

const SETTINGS = {
  streamGroups: [{ id: 'sg-1', region: 'us-west-2' }],
  operators: ['arn:aws:sts::123456789012:assumed-role/Operators/*'],
  adminShell: { perOperatorPerMinute: 6, perMinute: 30 },
};

beforeEach(() => {
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true);
  vi.resetModules();
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'Rejoin');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function callSeen(userAgent: string | undefined, iam: object = {}) {
  const { operatorApi } = await import('../../../lambdas/operators/operator-api.ts');
  const seen = vi.fn((_request: unknown) => ({ status: 204 }));
  const handler = operatorApi('operator-shell', SETTINGS, async (request) => seen(request));
  const event = {
    headers: {},
    pathParameters: {},
    requestContext: {
      requestId: 'r',
      authorizer: {
        iam: {
          userArn: 'arn:aws:sts::123456789012:assumed-role/Operators/ann',
          accessKey: 'ASIAEXAMPLE',
          ...iam,
        },
      },
      http: { sourceIp: '192.0.2.1', userAgent },
    },
    isBase64Encoded: false,
  };
  const context = { awsRequestId: 'r', functionName: 'f', getRemainingTimeInMillis: () => 5000 };
  const answer = await handler(event as never, context as never);
  return { answer, call: (seen.mock.calls[0]?.[0] as { call: Record<string, string> } | undefined)?.call };
}

describe('the program that an audit record names', () => {
  it.each([
    ['an escape sequence', 'aws-cli\u001b[2K\u001b[1G'],
    ['a C1 control', 'aws-cli\u009b2K'],
    ['a mark that turns text around', 'aws-cli\u202eecila'],
    ['a line separator', 'aws-cli\u2028operator: somebody else'],
  ])('reads as it was written, with %s in its name', async (_what, userAgent) => {
    const { call } = await callSeen(userAgent);
    expect(call?.userAgent).toMatch(/^[\x20-\x7e]*$/);
  });

  it('is kept as it is where it is ordinary', async () => {
    expect((await callSeen('aws-cli/2.31 md/linux')).call?.userAgent).toBe('aws-cli/2.31 md/linux');
  });

  it('is no half of a character, which the table might refuse and so shut the operator out', async () => {
    const { call } = await callSeen(`${'x'.repeat(255)}🎮`);
    expect(call?.userAgent?.isWellFormed()).toBe(true);
  });

  it('may be missing: an operator whose client names none is let in', async () => {
    expect((await callSeen(undefined)).answer.statusCode).toBe(204);
  });
});

describe('who an audit record names', () => {
  it('can be followed to a person through CloudTrail: a role session chooses its own name, not its access key', async () => {
    expect(Object.values((await callSeen('x')).call ?? {})).toContain('ASIAEXAMPLE');
  });
});

describe('the reason that an audit keeps', () => {
  it.each([
    ['zero-width spaces', '\u200b'.repeat(20)],
    ['word joiners', '\u2060'.repeat(20)],
    ['soft hyphens', '\u00ad'.repeat(20)],
    ['Hangul fillers', '\u3164'.repeat(20)],
    ['tag characters', '\u{e0041}'.repeat(20)],
    ['one letter and variation selectors', `x${'\ufe0f'.repeat(20)}`],
  ])('is refused with nothing to read in it but %s', (_what, reason) => {
    expect(() => requireReason(reason)).toThrow(/^reason: /);
  });

  it.each([
    [
      'tag characters',
      `Ticket 4711${[...'secret'].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')}`,
    ],
    ['a byte order mark', 'Ticket\ufeff 4711 black'],
    ['interlinear annotation', 'Ticket 4711 \ufff9black\ufffa\ufffb'],
  ])('is refused with hidden text in it: %s', (_what, reason) => {
    expect(() => requireReason(reason)).toThrow(/^reason: /);
  });
});
