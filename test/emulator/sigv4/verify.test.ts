import { createHash } from 'node:crypto';
import {
  GameLiftStreamsClient,
  GetStreamSessionCommand,
  StartStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';
import { describe, expect, it } from 'vitest';
import { type Refusal, type SignedRequest, verifySignature } from '../../../emulator/sigv4/verify.ts';

const SECRET = 'a-secret-access-key';
const NOW = Date.now();

interface Wire extends SignedRequest {
  headers: Record<string, string>;
}

/** The HTTP request of the real SDK for a command, which is not sent. */
async function signedBySdk(
  send: (client: GameLiftStreamsClient) => Promise<unknown>,
  sessionToken?: string,
): Promise<Wire> {
  let wire: Wire | undefined;
  const client = new GameLiftStreamsClient({
    region: 'us-west-2',
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: SECRET, ...(sessionToken && { sessionToken }) },
    requestHandler: {
      handle: async (request: {
        method: string;
        path: string;
        query: Record<string, string>;
        headers: Record<string, string>;
        body?: string | Uint8Array;
      }) => {
        const query = new URLSearchParams(request.query).toString();
        wire = {
          method: request.method,
          target: request.path + (query ? `?${query}` : ''),
          headers: Object.fromEntries(
            Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
          ),
          body:
            typeof request.body === 'string' ? Buffer.from(request.body) : new Uint8Array(request.body ?? []),
        };
        throw new Error('caught');
      },
    },
    maxAttempts: 1,
  });
  await send(client).catch(() => {});
  if (!wire) throw new Error('the SDK sent nothing');
  return wire;
}

const start = (client: GameLiftStreamsClient) =>
  client.send(
    new StartStreamSessionCommand({
      Identifier: 'arn:aws:gameliftstreams:us-west-2:123456789012:streamgroup/sg-1',
      ApplicationIdentifier: 'a-1',
      Protocol: 'WebRTC',
      SignalRequest: 'offer',
    }),
  );

function verify(
  request: SignedRequest,
  change: Partial<Parameters<typeof verifySignature>[1]> = {},
  sessionToken?: string,
) {
  return verifySignature(request, {
    service: 'gameliftstreams',
    region: 'us-west-2',
    lookup: (id) =>
      id === 'AKIATEST'
        ? { secretAccessKey: SECRET, name: 'reconnect', ...(sessionToken && { sessionToken }) }
        : undefined,
    now: NOW,
    ...change,
  });
}

describe('a request signed by the AWS SDK', () => {
  it('is recognized as its principal’s, also with an ARN in the path', async () => {
    const request = await signedBySdk(start);
    expect(request.target).toContain('arn%3Aaws');
    expect(verify(request)).toEqual({ ok: true, principal: 'reconnect', accessKeyId: 'AKIATEST' });
  });

  it('is accepted without a body', async () => {
    const request = await signedBySdk((client) =>
      client.send(new GetStreamSessionCommand({ Identifier: 'sg-1', StreamSessionIdentifier: 's 1/(2)*' })),
    );
    expect(verify(request).ok).toBe(true);
  });

  it('is accepted with the session token of a role and refused with another, or with none', async () => {
    const request = await signedBySdk(start, 'token');
    expect(verify(request, {}, 'token').ok).toBe(true);
    expect(verify(request, {}, 'other')).toMatchObject({ ok: false, reason: 'sessionToken' });
    expect(verify(request)).toMatchObject({ ok: false, reason: 'sessionToken' });
  });
});

describe('a request that was changed after signing is refused:', () => {
  const tampered: [string, Refusal, (request: Wire) => Wire][] = [
    ['method', 'signature', (request) => ({ ...request, method: 'PUT' })],
    ['path', 'signature', (request) => ({ ...request, target: request.target.replace('sg-1', 'sg-2') })],
    ['query', 'signature', (request) => ({ ...request, target: `${request.target}?Status=ACTIVE` })],
    ['host', 'signature', (request) => ({ ...request, headers: { ...request.headers, host: 'elsewhere' } })],
    ['body', 'body', (request) => ({ ...request, body: Buffer.from('{}') })],
    [
      'body together with its declared hash',
      'signature',
      (request) => {
        const hash = createHash('sha256').update('{}').digest('hex');
        return {
          ...request,
          body: Buffer.from('{}'),
          headers: { ...request.headers, 'x-amz-content-sha256': hash },
        };
      },
    ],
    [
      'body without a declared hash',
      'malformed',
      (request) => {
        const { 'x-amz-content-sha256': _hash, ...headers } = request.headers;
        return { ...request, headers: { ...headers, 'x-amz-new': '1' } };
      },
    ],
    [
      'signature',
      'signature',
      (request) => {
        const authorization = request.headers.authorization ?? '';
        const last = authorization.endsWith('0') ? '1' : '0';
        return {
          ...request,
          headers: { ...request.headers, authorization: authorization.slice(0, -1) + last },
        };
      },
    ],
    [
      'list of signed headers, so that it leaves the host open',
      'malformed',
      (request) => {
        const authorization = (request.headers.authorization ?? '').replace(/;?\bhost\b/, '');
        return { ...request, headers: { ...request.headers, authorization } };
      },
    ],
    [
      'date',
      'signature',
      (request) => {
        const date = request.headers['x-amz-date'] ?? '';
        const second = date.endsWith('00Z') ? '01Z' : '00Z';
        return { ...request, headers: { ...request.headers, 'x-amz-date': date.slice(0, -3) + second } };
      },
    ],
  ];
  it.each(tampered)('%s', async (_part, reason, change) => {
    const request = await signedBySdk(start);
    expect(verify(change(request))).toMatchObject({ ok: false, reason });
  });
});

describe('a request is refused', () => {
  it('without a signature', async () => {
    const { headers, ...request } = await signedBySdk(start);
    const { authorization: _gone, ...unsigned } = headers;
    expect(verify({ ...request, headers: unsigned })).toMatchObject({ reason: 'missing' });
  });

  it('with a signature of another kind', async () => {
    const request = await signedBySdk(start);
    const headers = { ...request.headers, authorization: 'Bearer token' };
    expect(verify({ ...request, headers })).toMatchObject({ reason: 'malformed' });
  });

  it('with a broken escape in its query, and no exception is thrown', async () => {
    const request = await signedBySdk(start);
    expect(verify({ ...request, target: `${request.target}?a=%zz` })).toMatchObject({ reason: 'malformed' });
  });

  it('from an unknown key, and from a known key with the wrong secret', async () => {
    const request = await signedBySdk(start);
    expect(verify(request, { lookup: () => undefined })).toMatchObject({ reason: 'unknownKey' });
    const lookup = () => ({ secretAccessKey: 'another secret', name: 'reconnect' });
    expect(verify(request, { lookup })).toMatchObject({ reason: 'signature' });
  });

  it('signed for another service or Region', async () => {
    const request = await signedBySdk(start);
    expect(verify(request, { service: 'execute-api' })).toMatchObject({ reason: 'scope' });
    expect(verify(request, { region: 'eu-west-1' })).toMatchObject({ reason: 'scope' });
  });

  it('replayed more than 15 minutes later, or from the future', async () => {
    const request = await signedBySdk(start);
    const minute = 60_000;
    expect(verify(request, { now: NOW + 14 * minute }).ok).toBe(true);
    expect(verify(request, { now: NOW + 16 * minute })).toMatchObject({ reason: 'expired' });
    expect(verify(request, { now: NOW - 16 * minute })).toMatchObject({ reason: 'notYetCurrent' });
  });

  it('with AWS’s sentence for a clock that is behind, and another one for a clock that is ahead', async () => {
    const { headers, ...request } = await signedBySdk(start);
    const signedAt = (date: string) => {
      const authorization = String(headers.authorization).replace(/\/\d{8}\//, `/${date.slice(0, 8)}/`);
      return { ...request, headers: { ...headers, authorization, 'x-amz-date': date } };
    };
    const now = Date.parse('2015-04-30T17:29:02.500Z');
    expect(verify(signedAt('20150430T174534Z'), { now })).toMatchObject({
      detail:
        'Signature not yet current: 20150430T174534Z is still later than 20150430T174402Z (20150430T172902Z + 15 min.)',
    });
    expect(verify(signedAt('20150430T171128Z'), { now })).toMatchObject({
      detail:
        'Signature expired: 20150430T171128Z is now earlier than 20150430T171402Z (20150430T172902Z - 15 min.)',
    });
  });

  it('without the secret in its message', async () => {
    const request = await signedBySdk(start);
    const refusals = [verify(request, { region: 'eu-west-1' }), verify({ ...request, method: 'PUT' })];
    expect(JSON.stringify(refusals)).not.toContain(SECRET);
  });
});

it("AWS's published example has AWS's published signature", () => {
  // Source: AWS General Reference, "Signature Version 4 signing process": GET iam ListUsers.
  const request: SignedRequest = {
    method: 'GET',
    target: '/?Action=ListUsers&Version=2010-05-08',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      host: 'iam.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    },
    body: Buffer.alloc(0),
  };
  const result = verifySignature(request, {
    service: 'iam',
    region: 'us-east-1',
    lookup: () => ({ secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', name: 'example' }),
    now: Date.parse('2015-08-30T12:36:00Z'),
  });
  expect(result.ok).toBe(true);
});
