import { GetStreamSessionCommand, StartStreamSessionCommand } from '@aws-sdk/client-gameliftstreams';
import { describe, expect, it } from 'vitest';
import { compareGrants } from '../../local/iam/least-privilege.ts';
import {
  awsClient,
  type Deployed,
  deploy,
  droppedSession,
  eventually,
  offer,
  startedElsewhere,
} from './harness.ts';

const START = 'POST /v1/streamgroups/{streamGroupId}/streamsessions';
const RECONNECT = 'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/connections';

/** Runs every path of every function that calls AWS or the table, once. */
async function exercise(deployed: Deployed, { adoption }: { adoption: boolean }): Promise<void> {
  const player = await deployed.player();
  const { id } = await droppedSession(deployed, player);
  await player.sessions();
  await eventually(
    () => player.status(id),
    ({ json }) => json.streamSession.status !== 'ACTIVATING',
  );
  const request = { signalRequest: offer(), key: 'once' };
  expect((await player.reconnect(id, request)).status).toBe(201);
  // The repetition is answered from the table.
  expect((await player.reconnect(id, request)).status).toBe(201);
  // A second one is refused. The function looks the session up to say why.
  await eventually(
    () => player.reconnect(id),
    ({ json }) => json.code === 'session_not_reconnectable',
  );
  // A second start is refused. The function looks the existing session up, at most once a second.
  const startRole = deployed.stacks
    .flatMap(({ roles }) => roles)
    .find(({ logicalId }) => logicalId === deployed.functionOf(START).roleLogicalId);
  await eventually(
    async () => {
      expect((await player.start()).json.code).toBe('session_limit_reached');
      return deployed.calls('GetStreamSession');
    },
    (calls) => calls.some(({ principal }) => principal === startRole?.name),
  );
  // A count of reports that begins, and goes on.
  const felt = { outcome: 'replaced', why: 'silence', silentMs: 2000, attempts: 1, agoMs: 0 };
  expect((await player.report(id, felt)).status).toBe(204);
  expect((await player.terminate(id)).status).toBe(204);

  // Ending a session that is still being set up is refused. The function looks it up to say why.
  await deployed.control('PUT', 'settings', { activationSeconds: 5 });
  const early = await deployed.player();
  const { json } = await early.start();
  expect((await early.terminate(json.streamSession.streamSessionId)).json.code).toBe(
    'session_not_terminable',
  );
  await deployed.control('PUT', 'settings', { activationSeconds: 0.1 });

  if (!adoption) return;
  for (const ask of ['reconnect', 'status'] as const) {
    const owner = await deployed.player();
    const elsewhere = await startedElsewhere(deployed, owner);
    await eventually(
      () => owner[ask](elsewhere),
      ({ status }) => status < 300,
    );
  }
}

/** The roles of the player API. Those of the operator API have their own test. */
const roleNames = (deployed: Deployed) =>
  deployed.stacks.find(({ name }) => name === 'Rejoin')?.roles.map(({ name }) => name) ?? [];

/** Grants that can't be used on this machine. test/infra checks their exact list. */
function beyondThisMachine(deployed: Deployed): string[] {
  const grants = deployed.principals.authorizer.grants();
  return grants
    .filter(
      ({ action, principal }) => /^(logs|xray):/.test(action) && roleNames(deployed).includes(principal),
    )
    .map(({ principal, action, resource }) => `${principal}: ${action} on ${resource}`);
}

describe.each([{ adoption: false }, { adoption: true }])('with adoption: $adoption', ({ adoption }) => {
  it('the functions use every statement of their roles and miss none', async () => {
    const deployed = await deploy({
      settings: { adoption: { enabled: adoption }, limits: { startsPerMinute: 1000 } },
    });
    try {
      await exercise(deployed, { adoption });
      const differences = compareGrants(deployed.principals.authorizer, {
        principals: roleNames(deployed),
        notExercised: beyondThisMachine(deployed),
      });
      expect(differences).toEqual({ unused: [], redundant: [], missing: [], stale: [] });
    } finally {
      await deployed.close();
    }
  });
});

it("a leaked key of a function allows that function's own calls and no others", async () => {
  const deployed = await deploy();
  try {
    const player = await deployed.player();
    const { id } = await droppedSession(deployed, player);
    const { streamGroupId, application } = deployed.endpoints;
    const leaked = deployed.principals.keyOf(deployed.functionOf(RECONNECT));
    const client = awsClient(deployed, leaked);
    const look = new GetStreamSessionCommand({ Identifier: streamGroupId, StreamSessionIdentifier: id });
    expect((await client.send(look)).Status).toBe('PENDING_CLIENT_RECONNECTION');
    const start = new StartStreamSessionCommand({
      Identifier: streamGroupId,
      ApplicationIdentifier: application,
      Protocol: 'WebRTC',
      SignalRequest: offer(),
    });
    await expect(client.send(start)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    client.destroy();
  } finally {
    await deployed.close();
  }
});

it('an unused grant and a missing grant are both noticed, and the missing one sets off an alarm instead of a retry', async () => {
  const deployed = await deploy({
    alterRoles: (roles) =>
      roles.map((role) => ({
        ...role,
        policies: JSON.parse(
          JSON.stringify(role.policies).replaceAll(
            'gameliftstreams:CreateStreamSessionConnection',
            'gameliftstreams:ListStreamSessions',
          ),
        ),
      })),
  });
  try {
    const player = await deployed.player();
    const { id } = await droppedSession(deployed, player);
    expect((await player.reconnect(id)).json).toMatchObject({ code: 'broker_misconfigured', retry: 'never' });
    const { unused, missing } = compareGrants(deployed.principals.authorizer, {
      principals: roleNames(deployed),
    });
    const role = deployed.stacks
      .flatMap(({ roles }) => roles)
      .find(({ logicalId }) => logicalId === deployed.functionOf(RECONNECT).roleLogicalId);
    expect(missing).toEqual([
      expect.stringContaining(`${role?.name}: gameliftstreams:CreateStreamSessionConnection on`),
    ]);
    expect(unused).toContainEqual(
      expect.stringContaining(`${role?.name}: gameliftstreams:ListStreamSessions on`),
    );
  } finally {
    await deployed.close();
  }
});
