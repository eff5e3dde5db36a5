import { GetStreamSessionCommand, StartStreamSessionCommand } from '@aws-sdk/client-gameliftstreams';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsClient, type Deployed, deploy, offer, type Player } from './harness.ts';

const START = 'POST /v1/streamgroups/{streamGroupId}/streamsessions';
const saves = 'arn:aws:iam::123456789012:role/GameLiftStreams-saves';
let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy({
    settings: {
      streamGroups: [
        { id: 'sg-local', region: 'us-west-2', applications: ['a-local', 'a-beta'], roleArn: saves },
        { id: 'sg-plain', region: 'us-west-2', applications: ['a-local'] },
      ],
      start: {
        rules: [
          {
            when: [{ claim: ['realm_access', 'roles'], contains: 'admin' }],
            give: {
              applications: ['a-beta'],
              sessionLengthSeconds: 900,
              additionalEnvironmentVariables: { PLAN: '{plan}' },
              additionalLaunchArgs: ['-plan={plan}'],
            },
          },
          { when: [{ claim: 'plan', present: true }], give: { applications: ['a-local'] } },
        ],
        resolutions: [{ width: 1280, height: 720 }],
        performanceStats: true,
      },
    },
  });
});
afterAll(() => deployed.close());

const starts = (player: Player, more: object = {}) =>
  player.request('POST', '/v1/streamgroups/sg-local/streamsessions', {
    body: { signalRequest: offer(), ...more },
  });
/** What AWS keeps of the session. */
async function atAws(id: string) {
  const client = awsClient(deployed, deployed.principals.keyOf(deployed.functionOf(START)));
  try {
    return await client.send(
      new GetStreamSessionCommand({ Identifier: 'sg-local', StreamSessionIdentifier: id }),
    );
  } finally {
    client.destroy();
  }
}

it('a player gets what the rule for the claims of the token gives, and AWS is asked for exactly that', async () => {
  const claims = { plan: 'gold', realm_access: { roles: ['tester', 'admin'] } };
  const player = await deployed.player({ claims });
  const { status, json } = await starts(player, {
    displayConfiguration: { resolution: { width: 1280, height: 720 } },
  });
  expect(status).toBe(201);
  expect(await atAws(json.streamSession.streamSessionId)).toMatchObject({
    ApplicationArn: expect.stringMatching(/a-beta$/),
    SessionLengthSeconds: 900,
    AdditionalEnvironmentVariables: { PLAN: 'gold' },
    AdditionalLaunchArgs: ['-plan=gold'],
    DisplayConfiguration: { Resolution: { Width: 1280, Height: 720 } },
    PerformanceStatsConfiguration: { SharedWithClient: true },
    RoleArn: saves,
  });
});

it('a group that only looks like two in API Gateway’s text gives no right of either', async () => {
  const claims = { plan: 'gold', realm_access: { roles: ['x admin', 'admin x'] } };
  const player = await deployed.player({ claims });
  const { json } = await starts(player);
  expect(await atAws(json.streamSession.streamSessionId)).toMatchObject({
    ApplicationArn: expect.stringMatching(/a-local$/),
  });
});

it('a player whom no rule fits, or whose rule does not give that, is refused before AWS is asked', async () => {
  await deployed.forgetCalls();
  const nobody = await deployed.player();
  expect((await starts(nobody)).json).toMatchObject({
    code: 'start_not_allowed',
    status: 403,
    retry: 'never',
  });
  const member = await deployed.player({ claims: { plan: 'tin' } });
  expect((await starts(member, { applicationIdentifier: 'a-beta' })).json.code).toBe('start_not_allowed');
  const large = { displayConfiguration: { resolution: { width: 1920, height: 1080 } } };
  expect((await starts(member, large)).json.code).toBe('invalid_request');
  expect(await deployed.calls('StartStreamSession')).toEqual([]);
});

it('a leaked key of the function starts no session with another role, and in a group without a role with none', async () => {
  const client = awsClient(deployed, deployed.principals.keyOf(deployed.functionOf(START)));
  const asked = (Identifier: string, RoleArn?: string) =>
    client.send(
      new StartStreamSessionCommand({
        Identifier,
        ApplicationIdentifier: 'a-local',
        Protocol: 'WebRTC',
        SignalRequest: offer(),
        ...(RoleArn && { RoleArn }),
      }),
    );
  const denied = { name: 'AccessDeniedException' };
  await expect(asked('sg-local', saves)).resolves.toMatchObject({ RoleArn: saves });
  await expect(asked('sg-local', `${saves}-2`)).rejects.toMatchObject(denied);
  await expect(asked('sg-local')).rejects.toMatchObject(denied);
  await expect(asked('sg-plain')).resolves.toMatchObject({ Status: 'ACTIVATING' });
  await expect(asked('sg-plain', `${saves}-2`)).rejects.toMatchObject(denied);
  client.destroy();
});
