import {
  CreateStreamSessionConnectionCommand,
  GetStreamGroupCommand,
  GetStreamSessionCommand,
  ListStreamSessionsByAccountCommand,
  ListStreamSessionsCommand,
  paginateListStreamSessions,
  StartStreamSessionCommand,
  TerminateStreamSessionCommand,
  waitUntilStreamSessionActive,
} from '@aws-sdk/client-gameliftstreams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TICK_MS } from '../../../emulator/webrtc/game.ts';
import { APPLICATION, type Bench, GROUP, newOffer, openBench } from '../support.ts';

const ARN = 'arn:aws:gameliftstreams:us-west-2:123456789012';
let bench: Bench;
beforeAll(async () => {
  bench = await openBench({
    streamGroups: [
      { id: GROUP, applications: [APPLICATION], locations: ['us-west-2', 'eu-west-1'] },
      { id: 'sg-second', applications: [APPLICATION], locations: ['us-west-2'] },
    ],
  });
});
afterAll(() => bench.close());

const terminate = (id: string) =>
  bench.client.send(new TerminateStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier: id }));

describe('StartStreamSession', () => {
  it('responds 201 with the session ACTIVATING and every parameter unchanged', async () => {
    const input = {
      Identifier: `${ARN}:streamgroup/${GROUP}`,
      ApplicationIdentifier: `${ARN}:application/${APPLICATION}`,
      Protocol: 'WebRTC',
      SignalRequest: newOffer(),
      UserId: 'player_1',
      Description: 'a test',
      Locations: ['eu-west-1'],
      ConnectionTimeoutSeconds: 30,
      SessionLengthSeconds: 600,
      AdditionalLaunchArgs: ['--level', '3'],
      AdditionalEnvironmentVariables: { MODE: 'test' },
      PerformanceStatsConfiguration: { SharedWithClient: true },
      DisplayConfiguration: { Resolution: { Width: 1280, Height: 720 } },
    } as const;
    const output = await bench.client.send(new StartStreamSessionCommand(input as never));
    const { Identifier: _group, ApplicationIdentifier, Locations, ...echoed } = input;
    expect(output).toMatchObject({
      ...echoed,
      Status: 'ACTIVATING',
      StreamGroupId: GROUP,
      ApplicationArn: ApplicationIdentifier,
      Location: 'eu-west-1',
      $metadata: { httpStatusCode: 201, requestId: expect.any(String) },
    });
    expect(output.Arn).toMatch(new RegExp(`^${ARN}:streamsession/${GROUP}/[a-zA-Z0-9-]{1,32}$`));
    expect(output.CreatedAt).toBeInstanceOf(Date);
    expect(output.SignalResponse).toBeUndefined();
  });

  it('fills in the documented defaults', async () => {
    const session = await bench.get(await bench.start());
    expect(session).toMatchObject({
      ConnectionTimeoutSeconds: 120,
      SessionLengthSeconds: 43_200,
      Location: 'us-west-2',
    });
  });

  it('refuses unknown stream groups, applications and locations', async () => {
    await expect(bench.start({ Identifier: 'sg-other' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(
      bench.start({ Identifier: `${ARN.replace('12', '99')}:streamgroup/${GROUP}` }),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(bench.start({ ApplicationIdentifier: 'a-other' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(bench.start({ Locations: ['us-east-1'] })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

describe('a client', () => {
  it('gets the signal response once the session is active, and is CONNECTED', async () => {
    const id = await bench.start();
    const session = await bench.reaches(id, 'CONNECTED');
    const response = JSON.parse(String(session.SignalResponse));
    expect(response).toMatchObject({ type: 'answer', sdp: expect.stringContaining('v=0') });
    const script = await fetch(response.webSdkProtocolUrl, { headers: { origin: 'https://play.example' } });
    expect(script.headers.get('access-control-allow-origin')).toBe('*');
    expect(await script.text()).toContain('GameCastInputModule');
  });

  it('reconnects with a new offer, gets the answer in the response, and finds the counter not restarted', async () => {
    const id = await bench.start();
    const first = await bench.reaches(id, 'CONNECTED');
    const { counter } = (await bench.control('GET', `streamsessions/${id}`)).body as { counter: number };
    expect((await bench.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' })).status).toBe(200);
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');

    const response = await bench.connect(id);
    expect(JSON.parse(response)).toMatchObject({ type: 'answer' });
    const again = await bench.reaches(id, 'CONNECTED');
    expect(again.SignalResponse).toBe(response);
    expect(again.CreatedAt).toEqual(first.CreatedAt);
    const state = (await bench.control('GET', `streamsessions/${id}`)).body as Record<string, number>;
    expect(state.connections).toBe(2);
    expect(state.counter).toBeGreaterThanOrEqual(counter);
  });

  it('joins a session that was started in advance', async () => {
    const id = await bench.start({ SignalRequest: 'NO_CLIENT_CONNECTION' });
    const waiting = await bench.reaches(id, 'ACTIVE');
    expect(waiting.SignalResponse).toBeUndefined();
    expect(JSON.parse(await bench.connect(id))).toMatchObject({ type: 'answer' });
    await bench.reaches(id, 'CONNECTED');
  });

  it("sees AWS's waiter succeed", async () => {
    const id = await bench.start({ SignalRequest: 'NO_CLIENT_CONNECTION' });
    const result = await waitUntilStreamSessionActive(
      { client: bench.client, maxWaitTime: 20 },
      { Identifier: GROUP, StreamSessionIdentifier: id },
    );
    expect(result.state).toBe('SUCCESS');
  });

  it.each([
    ['not JSON', 'v=0'],
    ['JSON of another kind', '[]'],
    ['an answer', JSON.stringify({ type: 'answer', sdp: 'v=0\r\n' })],
    ['no SDP', JSON.stringify({ type: 'offer', sdp: 'hello' })],
    ['half of what DTLS needs', JSON.stringify({ type: 'offer', sdp: 'v=0\r\na=ice-ufrag:abcd\r\n' })],
  ])(
    'whose offer is %s gets invalidSignalRequest at start and ValidationException at reconnect',
    async (_what, offer) => {
      const id = await bench.start({ SignalRequest: offer });
      expect(await bench.reaches(id, 'ERROR')).toMatchObject({ StatusReason: 'invalidSignalRequest' });

      const waiting = await bench.start({ SignalRequest: 'NO_CLIENT_CONNECTION' });
      await bench.reaches(waiting, 'ACTIVE');
      await expect(bench.connect(waiting, offer)).rejects.toMatchObject({ name: 'ValidationException' });
      expect((await bench.get(waiting)).Status).toBe('ACTIVE');
      await expect(bench.connect(waiting)).resolves.toContain('answer');
    },
  );

  it('cannot use an offer twice in one session, with the same or another token', async () => {
    const offer = newOffer();
    const id = await bench.start({ SignalRequest: offer });
    await bench.reaches(id, 'CONNECTED');
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    await expect(bench.connect(id, offer)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(bench.connect(id, 'NO_CLIENT_CONNECTION')).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(bench.connect(id)).resolves.toContain('answer');
  });

  it('is refused while the loss of the old client is not noticed', async () => {
    const id = await bench.start();
    await bench.reaches(id, 'CONNECTED');
    await expect(bench.connect(id)).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
    });
  });

  it('is accepted once when two connect at the same time', async () => {
    const id = await bench.start();
    await bench.reaches(id, 'CONNECTED');
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    const results = await Promise.allSettled([bench.connect(id), bench.connect(id)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await bench.reaches(id, 'CONNECTED');
    expect((await bench.control('GET', `streamsessions/${id}`)).body).toMatchObject({ connections: 2 });
  });
});

describe('TerminateStreamSession', () => {
  it('responds 204 and ends the session with apiTerminated, and repeating it is no error', async () => {
    const id = await bench.start();
    await bench.reaches(id, 'CONNECTED');
    expect((await terminate(id)).$metadata.httpStatusCode).toBe(204);
    expect(await bench.reaches(id, 'TERMINATED')).toMatchObject({ StatusReason: 'apiTerminated' });
    expect((await terminate(id)).$metadata.httpStatusCode).toBe(204);
    const { counter } = (await bench.control('GET', `streamsessions/${id}`)).body as { counter: number };
    await new Promise((resolve) => setTimeout(resolve, 2 * TICK_MS));
    expect((await bench.control('GET', `streamsessions/${id}`)).body).toMatchObject({ counter });
    await expect(bench.connect(id)).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it('is refused while the session is ACTIVATING', async () => {
    await bench.control('PUT', 'settings', { activationSeconds: 1000 });
    const id = await bench.start();
    await expect(terminate(id)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(bench.connect(id)).rejects.toMatchObject({ name: 'ConflictException' });
    await bench.control('PUT', 'settings', { activationSeconds: 0 });
    await bench.reaches(id, 'CONNECTED');
  });
});

describe('a caller finds sessions', () => {
  it('by id or ARN, in their own stream group only', async () => {
    const id = await bench.start();
    const byArn = await bench.client.send(
      new GetStreamSessionCommand({
        Identifier: `${ARN}:streamgroup/${GROUP}`,
        StreamSessionIdentifier: `${ARN}:streamsession/${GROUP}/${id}`,
      }),
    );
    expect(byArn.Arn).toBe(`${ARN}:streamsession/${GROUP}/${id}`);
    const unknown = new GetStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier: 'unknown' });
    await expect(bench.client.send(unknown)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
    const elsewhere = new GetStreamSessionCommand({ Identifier: 'sg-second', StreamSessionIdentifier: id });
    await expect(bench.client.send(elsewhere)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('page by page, newest first, none twice and none missing, by group and by account', async () => {
    const mine = [];
    for (let index = 0; index < 5; index += 1) mine.unshift(await bench.start({ UserId: 'pager' }));
    const pages = paginateListStreamSessions({ client: bench.client, pageSize: 2 }, { Identifier: GROUP });
    const seen: string[] = [];
    for await (const page of pages) {
      expect(page.Items?.length).toBeLessThanOrEqual(2);
      seen.push(...(page.Items ?? []).map((item) => String(item.Arn?.split('/').at(-1))));
    }
    expect(seen.slice(0, 5)).toEqual(mine);
    expect(new Set(seen).size).toBe(seen.length);
    const all = await bench.client.send(new ListStreamSessionsByAccountCommand({ MaxResults: 100 }));
    expect(all.Items?.length).toBe(seen.length);
  });

  it('by status; none has exported files', async () => {
    const id = await bench.start({ SignalRequest: 'NO_CLIENT_CONNECTION' });
    await bench.reaches(id, 'ACTIVE');
    const list = async (filter: object) =>
      (
        await bench.client.send(
          new ListStreamSessionsCommand({ Identifier: GROUP, MaxResults: 100, ...filter }),
        )
      ).Items ?? [];
    const active = await list({ Status: 'ACTIVE' });
    expect(active.map(({ Arn }) => Arn)).toContain(`${ARN}:streamsession/${GROUP}/${id}`);
    expect(new Set(active.map(({ Status }) => Status))).toEqual(new Set(['ACTIVE']));
    expect(await list({ ExportFilesStatus: 'SUCCEEDED' })).toEqual([]);
    await expect(list({ NextToken: 'made up' })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

it('GetStreamGroup describes the stream group', async () => {
  const group = await bench.client.send(new GetStreamGroupCommand({ Identifier: GROUP }));
  expect(group).toMatchObject({
    Arn: `${ARN}:streamgroup/${GROUP}`,
    Id: GROUP,
    Status: 'ACTIVE',
    DefaultApplication: { Id: APPLICATION, Arn: `${ARN}:application/${APPLICATION}` },
    AssociatedApplications: [`${ARN}:application/${APPLICATION}`],
    LocationStates: [{ LocationName: 'us-west-2' }, { LocationName: 'eu-west-1' }],
  });
});

describe('a call that breaks a constraint of the model is refused with the member’s name', () => {
  const long = (length: number) => 'x'.repeat(length);
  const cases: [string, object][] = [
    ['Identifier', { Identifier: 'sg_1' }],
    ['Identifier', { Identifier: long(129) }],
    ['Identifier', { Identifier: 'arn:aws:gameliftstreams:us-west-2:12:streamgroup/x' }],
    ['Protocol', { Protocol: 'RTMP' }],
    ['Protocol', { Protocol: undefined }],
    ['SignalRequest', { SignalRequest: '' }],
    ['SignalRequest', { SignalRequest: undefined }],
    ['ApplicationIdentifier', { ApplicationIdentifier: 'a/1' }],
    ['ApplicationIdentifier', { ApplicationIdentifier: undefined }],
    ['ClientToken', { ClientToken: long(31) }],
    ['ClientToken', { ClientToken: long(129) }],
    ['ClientToken', { ClientToken: `${long(32)} ` }],
    ['Description', { Description: '' }],
    ['Description', { Description: ' leading blank' }],
    ['Description', { Description: long(81) }],
    ['UserId', { UserId: 'auth0|7' }],
    ['UserId', { UserId: long(1025) }],
    ['Locations', { Locations: [] }],
    ['Locations', { Locations: ['us_west_2'] }],
    ['ConnectionTimeoutSeconds', { ConnectionTimeoutSeconds: 0 }],
    ['ConnectionTimeoutSeconds', { ConnectionTimeoutSeconds: 3601 }],
    ['SessionLengthSeconds', { SessionLengthSeconds: 0 }],
    ['SessionLengthSeconds', { SessionLengthSeconds: 86_401 }],
    ['AdditionalLaunchArgs', { AdditionalLaunchArgs: Array(101).fill('x') }],
    ['AdditionalEnvironmentVariables', { AdditionalEnvironmentVariables: { '1A': 'x' } }],
    ['AdditionalEnvironmentVariables', { AdditionalEnvironmentVariables: { A: long(4097) } }],
    ['RoleArn', { RoleArn: 'arn:aws:iam::1:role/GameLiftStreams-logs' }],
    [
      'DisplayConfiguration.Resolution.Width',
      { DisplayConfiguration: { Resolution: { Width: 319, Height: 720 } } },
    ],
    ['DisplayConfiguration.Resolution.Height', { DisplayConfiguration: { Resolution: { Width: 320 } } }],
  ];
  it.each(cases)('StartStreamSession: %s (case %#)', async (member, change) => {
    const failure = await bench.start(change).catch((error) => error);
    expect(failure).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
    expect(failure.message).toContain(`at '${member}`);
  });

  it('in paths and queries as well, and an empty label is not a list', async () => {
    const get = (StreamSessionIdentifier: string) =>
      bench.client.send(new GetStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier }));
    await expect(get('../../x')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(get('')).rejects.toMatchObject({ name: 'ValidationException' });
    const list = (input: object) => bench.client.send(new ListStreamSessionsByAccountCommand(input));
    await expect(list({ MaxResults: 101 })).rejects.toThrow("at 'MaxResults'");
    await expect(list({ MaxResults: 0 })).rejects.toThrow("at 'MaxResults'");
    await expect(list({ Status: 'LOST' })).rejects.toThrow("at 'Status'");
    const short = new CreateStreamSessionConnectionCommand({
      Identifier: GROUP,
      StreamSessionIdentifier: 'x',
      SignalRequest: 'x',
      ClientToken: 'short',
    });
    await expect(bench.client.send(short)).rejects.toThrow("at 'ClientToken'");
  });

  it('without its offer in the message, since offers hold addresses and keys', async () => {
    const failure = await bench.start({ RoleArn: 'secret-role-of-somebody' }).catch((error) => error);
    expect(failure.message).not.toContain('secret-role');
  });
});
