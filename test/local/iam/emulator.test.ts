import {
  CreateStreamSessionAdminShellCommand,
  CreateStreamSessionConnectionCommand,
  ExportStreamSessionFilesCommand,
  GameLiftStreamsClient,
  GetStreamGroupCommand,
  GetStreamSessionCommand,
  ListStreamSessionsByAccountCommand,
  ListStreamSessionsCommand,
  StartStreamSessionCommand,
  TerminateStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../../emulator/model/settings.ts';
import { startEmulator } from '../../../emulator/server.ts';
import { type Call, createAuthorizer } from '../../../local/iam/authorizer.ts';
import { actionFacts } from '../../../local/iam/facts.ts';
import { globMatches } from '../../../local/iam/glob.ts';
import { applicationArn, groupArn, place, role } from './support.ts';

const authorizer = await createAuthorizer({
  roles: [
    role('Broker', [
      { Action: 'gameliftstreams:GetStreamGroup', Resource: groupArn('sg-1') },
      { Action: 'gameliftstreams:StartStreamSession', Resource: groupArn('sg-1') },
    ]),
  ],
});
let asked: Call[] = [];
const key = { accessKeyId: 'AKIABROKER', secretAccessKey: 'broker-secret' };
const emulator = await startEmulator({
  port: 0,
  ...place,
  streamGroups: [{ id: 'sg-1', applications: ['a-1'], locations: ['us-west-2'] }],
  principals: [{ name: 'Broker', ...key }],
  authorize: (call) => {
    asked.push(call);
    return authorizer.decide(call).allowed;
  },
});
const client = new GameLiftStreamsClient({
  endpoint: emulator.url,
  region: place.region,
  credentials: key,
  maxAttempts: 1,
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});
beforeEach(() => {
  asked = [];
});

const session = { Identifier: 'sg-1', StreamSessionIdentifier: 's-1' };
const started = {
  Identifier: 'sg-1',
  ApplicationIdentifier: 'a-1',
  Protocol: 'WebRTC',
  SignalRequest: 'offer',
} as const;
const commands: Record<string, () => Promise<object>> = {
  StartStreamSession: () => client.send(new StartStreamSessionCommand(started)),
  GetStreamSession: () => client.send(new GetStreamSessionCommand(session)),
  ListStreamSessions: () => client.send(new ListStreamSessionsCommand({ Identifier: 'sg-1' })),
  ListStreamSessionsByAccount: () => client.send(new ListStreamSessionsByAccountCommand({})),
  TerminateStreamSession: () => client.send(new TerminateStreamSessionCommand(session)),
  CreateStreamSessionConnection: () =>
    client.send(new CreateStreamSessionConnectionCommand({ ...session, SignalRequest: 'offer' })),
  CreateStreamSessionAdminShell: () => client.send(new CreateStreamSessionAdminShellCommand(session)),
  ExportStreamSessionFiles: () =>
    client.send(new ExportStreamSessionFilesCommand({ ...session, OutputUri: 's3://exports/' })),
  GetStreamGroup: () => client.send(new GetStreamGroupCommand({ Identifier: 'sg-1' })),
};

describe('the emulator requires the permissions that AWS requires', () => {
  test.each([...OPERATIONS])('%s: on every required type of resource, and on no other', async (name) => {
    await commands[name]?.().catch(() => {});
    expect(asked).toHaveLength(1);
    const [{ action, resources } = { action: '', resources: [] }] = asked;
    const facts = await actionFacts(action);
    expect(facts?.name).toBe(`gameliftstreams:${name}`);
    const types = facts?.resourceTypes ?? [];
    if (types.length === 0) expect(resources).toEqual(['*']);
    for (const resource of types.length === 0 ? [] : resources) {
      expect(types.filter(({ arnPattern }) => globMatches(arnPattern, resource))).toHaveLength(1);
    }
    for (const { arnPattern } of types.filter(({ required }) => required)) {
      expect(resources.filter((resource) => globMatches(arnPattern, resource))).toHaveLength(1);
    }
  });
});

describe('the emulator obeys the policies:', () => {
  test('a granted call is served, one without a grant is denied', async () => {
    await expect(commands.GetStreamGroup?.()).resolves.toMatchObject({ Arn: groupArn('sg-1') });
    await expect(commands.GetStreamSession?.()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('a start needs the application as well as the stream group, as the developer guide’s example grants it', async () => {
    await expect(commands.StartStreamSession?.()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(asked[0]?.resources).toEqual([groupArn('sg-1'), applicationArn('a-1')]);
  });
});
