import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { operatorContracts } from '../../contract/openapi/operator.ts';
import { OPERATOR_PROBLEMS } from '../../contract/operator-problems.ts';
import { atOneMoment, newOffer } from '../emulator/support.ts';
import { type Handlers, openHandlers, type TestResponse, type Variant } from './handlers.ts';
import { failing, type Provoke, respondsWithEachCode, SHORT_LIFE_MS, untilRefused } from './provoke.ts';

let handlers: Handlers;
beforeAll(async () => {
  handlers = await openHandlers();
});
afterAll(() => handlers.close());
afterEach(async () => {
  await handlers.control('DELETE', 'faults');
  await handlers.control('PUT', 'settings', { activationSeconds: 0.02 });
});

const ACCESS = 'CreateStreamSessionAdminShell';
const REASON = 'Ticket 4711: black screen after the last update';

/** The requests of an operator in a deployment. */
function operating(variant: Variant = {}, userArn?: string) {
  const send = handlers.operator(userArn);
  return {
    shell: (
      streamSessionId: string,
      { reason = REASON, lifeMs }: { reason?: string; lifeMs?: number } = {},
    ) => send('operator-shell', { streamSessionId, body: { reason }, lifeMs }, variant),
    sessions: (playerId: string) => send('operator-sessions', { playerId }, variant),
    setBrake: (seconds: number, reason = REASON) =>
      send('operator-brake', { body: { seconds, reason } }, variant),
    brake: () => send('operator-brake-status', {}, variant),
    terminate: (streamSessionId: string, lifeMs?: number) =>
      send('operator-terminate', { streamSessionId, lifeMs }, variant),
    exportFiles: (
      streamSessionId: string,
      { reason = REASON, lifeMs }: { reason?: string; lifeMs?: number } = {},
    ) => send('operator-export', { streamSessionId, body: { reason }, lifeMs }, variant),
    forget: (playerId: string, reason = REASON) =>
      send('operator-forget', { playerId, body: { reason } }, variant),
  };
}

async function started(status: string) {
  const player = handlers.player();
  const { json } = await player.send('start', { body: { signalRequest: newOffer() } });
  const id: string = json.streamSession.streamSessionId;
  await handlers.untilStatus(id, status);
  return { player, id };
}
const playing = async () => (await started('CONNECTED')).id;
async function activating() {
  await handlers.control('PUT', 'settings', { activationSeconds: 1000 });
  return (await started('ACTIVATING')).id;
}

const stranger = 'arn:aws:iam::123456789012:user/mallory';
const one = { shellsPerMinute: 1 };
/** The failures of AWS for a request about a session that a player uses. */
const failingPlayed = (operation: string, send: (id: string) => Promise<TestResponse>) =>
  failing(
    () => handlers,
    operation,
    async () => {
      const id = await playing();
      return () => send(id);
    },
  );

const PROVOKE: Provoke<typeof operatorContracts> = {
  'operator-shell': {
    ...failingPlayed(ACCESS, (id) => operating().shell(id)),
    invalid_request: () => operating().shell('s-1', { reason: 'short' }),
    not_an_operator: () => operating({}, stranger).shell('s-1'),
    stream_session_not_found: () => operating().shell('no-such-session'),
    too_many_requests: () => untilRefused(() => operating(one).shell('no-such-session')),
    audit_unavailable: async () => operating({ audit: 'none' }).shell(await playing()),
    upstream_timeout: async () => operating().shell(await playing(), { lifeMs: SHORT_LIFE_MS }),
    session_not_accessible: async () => operating().shell(await activating()),
    async session_over() {
      const { player, id } = await started('CONNECTED');
      await player.send('terminate', { streamSessionId: id });
      return operating().shell(id);
    },
    async access_not_ready() {
      const id = await playing();
      await handlers.fault(ACCESS, 'notReady');
      // Long enough for the calls to AWS, too short to wait until access is ready.
      return atOneMoment(() => operating().shell(id, { lifeMs: 4500 }));
    },
  },
  'operator-sessions': {
    invalid_request: () => operating().sessions('auth0|7'),
    not_an_operator: () => operating({}, stranger).sessions('somebody'),
    async broker_misconfigured() {
      const { playerId } = handlers.player();
      await handlers.writeRecord(playerId);
      return operating().sessions(playerId);
    },
    upstream_unavailable: () => operating({ table: 'none' }).sessions('somebody'),
  },
  'operator-terminate': {
    ...failingPlayed('TerminateStreamSession', (id) => operating().terminate(id)),
    invalid_request: () => operating().terminate('no id'),
    not_an_operator: () => operating({}, stranger).terminate('s-1'),
    stream_session_not_found: () => operating().terminate('no-such-session'),
    too_many_requests: () => untilRefused(() => operating(one).terminate('no-such-session')),
    audit_unavailable: async () => operating({ audit: 'none' }).terminate(await playing()),
    upstream_timeout: async () => operating().terminate(await playing(), SHORT_LIFE_MS),
    session_not_terminable: async () => operating().terminate(await activating()),
  },
  'operator-export': {
    ...failingPlayed('ExportStreamSessionFiles', (id) => operating().exportFiles(id)),
    invalid_request: () => operating().exportFiles('s-1', { reason: 'short' }),
    not_an_operator: () => operating({}, stranger).exportFiles('s-1'),
    stream_session_not_found: () => operating().exportFiles('no-such-session'),
    too_many_requests: () => untilRefused(() => operating(one).exportFiles('no-such-session')),
    audit_unavailable: async () => operating({ audit: 'none' }).exportFiles(await playing()),
    upstream_timeout: async () => operating().exportFiles(await playing(), { lifeMs: SHORT_LIFE_MS }),
    session_not_accessible: async () => operating().exportFiles(await activating()),
    async session_over() {
      const { player, id } = await started('CONNECTED');
      await player.send('terminate', { streamSessionId: id });
      return operating().exportFiles(id);
    },
  },
  'operator-forget': {
    invalid_request: () => operating().forget('somebody', 'short'),
    not_an_operator: () => operating({}, stranger).forget('somebody'),
    too_many_requests: () => untilRefused(() => operating(one).forget('somebody')),
    audit_unavailable: () => operating({ audit: 'none' }).forget('somebody'),
    upstream_unavailable: () => operating({ table: 'none' }).forget('somebody'),
    async session_still_live() {
      const { player } = await started('CONNECTED');
      return operating().forget(player.playerId);
    },
    async broker_misconfigured() {
      const { playerId } = handlers.player();
      await handlers.writeRecord(playerId, { lease: 1 });
      return operating().forget(playerId);
    },
  },
  'operator-brake': {
    invalid_request: () => operating().setBrake(86_401),
    not_an_operator: () => operating({}, stranger).setBrake(60),
    too_many_requests: () => untilRefused(() => operating(one).setBrake(0)),
    audit_unavailable: () => operating({ audit: 'none' }).setBrake(60),
    broker_misconfigured: () => operating({ hasNoLimits: true }).setBrake(60),
    upstream_unavailable: () => operating({ brake: 'none' }).setBrake(60),
  },
  'operator-brake-status': {
    // The body of a GET, too, must be text.
    invalid_request: () =>
      handlers.operator()('operator-brake-status', {
        body: Buffer.from([0xff]).toString('base64'),
        isBase64Encoded: true,
      }),
    not_an_operator: () => operating({}, stranger).brake(),
    async broker_misconfigured() {
      await handlers.writeInvalidBrake();
      return operating({ brake: 'Spoilt' }).brake();
    },
    upstream_unavailable: () => operating({ brake: 'none' }).brake(),
  },
};

respondsWithEachCode(PROVOKE, OPERATOR_PROBLEMS);

it('the brake is told as it was set, on and off', async () => {
  const answers = [
    await operating().brake(),
    await operating().setBrake(600),
    await operating().brake(),
    await operating().setBrake(0),
    await operating().brake(),
  ];
  expect(answers.map(({ status, json }) => [status, json.starts.isOn])).toEqual([
    [200, false],
    [200, true],
    [200, true],
    [200, false],
    [200, false],
  ]);
  expect(answers[2]?.json.starts).toMatchObject({
    operator: expect.stringContaining(':user/'),
    reason: REASON,
  });
});

it('successful responses match the document: a shell, an export, the sessions of a player, live and over, an end, an erasure', async () => {
  const { player, id } = await started('CONNECTED');
  const answers = [
    await operating().shell(id),
    await operating().exportFiles(id),
    await operating().sessions(player.playerId),
    await operating().terminate(id),
    await operating().sessions(player.playerId),
    await operating().forget(player.playerId),
    await operating().sessions(player.playerId),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 202, 200, 204, 200, 200, 200]);
  expect(answers.slice(4).map(({ json }) => json)).toMatchObject([
    { streamSessions: [{ streamSessionId: id }] },
    { deletedRecords: 1 },
    { streamSessions: [] },
  ]);
});
