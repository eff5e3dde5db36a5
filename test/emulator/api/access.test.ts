import { request as httpRequest } from 'node:http';
import {
  ListApplicationsCommand,
  ListStreamSessionsByAccountCommand,
  StartStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { notHere } from '../../../emulator/api/other-operations.ts';
import { OPERATIONS } from '../../../emulator/model/settings.ts';
import type { Authorization } from '../../../emulator/server.ts';
import { APPLICATION, type Bench, GROUP, newOffer, openBench } from '../support.ts';

const ARN = 'arn:aws:gameliftstreams:us-west-2:123456789012';
let bench: Bench;
let asked: Authorization[] = [];
let isAllowed = true;
beforeAll(async () => {
  bench = await openBench({
    authorize: (call) => {
      asked.push(call);
      return isAllowed;
    },
    controlOrigins: ['http://127.0.0.1:4560'],
  });
});
afterAll(() => bench.close());
beforeEach(() => {
  asked = [];
  isAllowed = true;
});

const list = (client = bench.client) => client.send(new ListStreamSessionsByAccountCommand({}));

describe('the emulator accepts calls of', () => {
  it('nobody without a signature', async () => {
    const response = await fetch(`${bench.emulator.url}/streamsessions`);
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toEqual({
      __type: 'MissingAuthenticationTokenException',
      Message: 'Missing Authentication Token',
    });
  });

  it('nobody with an unknown key or a wrong secret', async () => {
    const stranger = bench.clientOf({ accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' });
    await expect(list(stranger)).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 403 },
    });
    const impostor = bench.clientOf({ accessKeyId: 'AKIATESTER', secretAccessKey: 'guessed' });
    await expect(list(impostor)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(asked).toEqual([]);
  });

  it('a principal that is added while the emulator runs', async () => {
    const principal = { name: 'late', accessKeyId: 'AKIALATE', secretAccessKey: 'late-secret' };
    const late = bench.clientOf(principal);
    await expect(list(late)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    bench.emulator.addPrincipal(principal);
    await list(late);
    expect(asked.at(-1)?.principal).toBe('late');
  });
});

describe('what a principal may do', () => {
  it('is decided by action and ARNs, whether a call names ids or ARNs', async () => {
    await bench.start({ Identifier: `${ARN}:streamgroup/${GROUP}` });
    await list();
    expect(asked).toEqual([
      {
        principal: 'tester',
        action: 'gameliftstreams:StartStreamSession',
        resources: [`${ARN}:streamgroup/${GROUP}`, `${ARN}:application/${APPLICATION}`],
      },
      { principal: 'tester', action: 'gameliftstreams:ListStreamSessionsByAccount', resources: ['*'] },
    ]);
  });

  it('is decided by the role of the game as well, and by the right to hand that role to the service', async () => {
    const RoleArn = 'arn:aws:iam::123456789012:role/GameLiftStreams-saves';
    await bench.start({ RoleArn });
    expect(asked).toEqual([
      expect.objectContaining({
        action: 'gameliftstreams:StartStreamSession',
        context: { 'gameliftstreams:RoleArn': RoleArn },
      }),
      {
        principal: 'tester',
        action: 'iam:PassRole',
        resources: [RoleArn],
        context: { 'iam:PassedToService': 'gameliftstreams.amazonaws.com' },
      },
    ]);
  });

  it('is nothing without permission: the call has no effect, and its error does not even say that the input was wrong', async () => {
    isAllowed = false;
    const ids = async () =>
      ((await bench.control('GET', 'streamsessions')).body as { id: string }[]).map(({ id }) => id);
    const before = await ids();
    const failure = await bench.start({ UserId: 'not | valid' }).catch((error) => error);
    expect(failure).toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } });
    expect(failure.message).toBe(
      `User: arn:aws:sts::123456789012:assumed-role/tester/emulator is not authorized to perform: gameliftstreams:StartStreamSession on resource: ${ARN}:streamgroup/${GROUP} because no identity-based policy allows the gameliftstreams:StartStreamSession action`,
    );
    expect(await ids()).toEqual(before);
  });
});

describe('a malformed call', () => {
  it('of an operation that is not emulated gets UnknownOperationException, and crashes nothing', async () => {
    const command = new ListApplicationsCommand({});
    await expect(bench.client.send(command)).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: `ListApplications is not in this emulator: it has ${OPERATIONS.join(', ')}.`,
    });
  });

  it('of no operation at all hears AWS’s sentence, and what there is', () => {
    expect(notHere('GET', '/teapots')).toMatch(
      /^The requested operation is not recognized by the service\..*GetStreamGroup/,
    );
  });

  it('with a body that is not JSON gets SerializationException', async () => {
    bench.client.middlewareStack.add(
      (next) => (args) => {
        const body = '{"Protocol":';
        const request = args.request as { body: string; headers: Record<string, string> };
        request.body = body;
        request.headers['content-length'] = String(body.length);
        return next(args);
      },
      { step: 'build', name: 'breakBody', priority: 'low' },
    );
    const failure = await bench.client
      .send(
        new StartStreamSessionCommand({
          Identifier: GROUP,
          ApplicationIdentifier: APPLICATION,
          Protocol: 'WebRTC',
          SignalRequest: newOffer(),
        }),
      )
      .catch((error) => error);
    bench.client.middlewareStack.remove('breakBody');
    expect(failure.name).toBe('SerializationException');
  });

  it('with a body without end is cut off', async () => {
    const response = await fetch(`${bench.emulator.url}/streamsessions`, {
      method: 'POST',
      body: 'x'.repeat(2 * 1024 * 1024),
    }).catch(() => undefined);
    expect([413, undefined]).toContain(response?.status);
    await list();
  });
});

describe('the control API', () => {
  /** fetch() does not let a test choose Origin and Host. */
  const call = (headers: Record<string, string>, method = 'GET') =>
    new Promise<{ status: number | undefined; allowed: string | undefined }>((resolve, reject) => {
      httpRequest(`${bench.emulator.url}/_emulator/settings`, { method, headers }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, allowed: response.headers['access-control-allow-origin'] });
      })
        .on('error', reject)
        .end();
    });

  it('serves a page of an allowed origin, with CORS', async () => {
    const origin = 'http://127.0.0.1:4560';
    expect(await call({ origin })).toEqual({ status: 200, allowed: origin });
    expect(await call({ origin, 'access-control-request-method': 'PUT' }, 'OPTIONS')).toEqual({
      status: 204,
      allowed: origin,
    });
  });

  it('refuses pages of every other origin, also one whose host name resolves to this machine', async () => {
    expect((await call({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await call({ origin: 'https://evil.example' }, 'OPTIONS')).status).toBe(403);
    expect((await call({ origin: 'null' })).status).toBe(403);
    expect((await call({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await call({ host: 'evil.example:4566' })).status).toBe(403);
  });
});
