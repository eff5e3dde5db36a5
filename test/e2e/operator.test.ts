import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateStreamSessionConnectionCommand,
  StartStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compareGrants } from '../../local/iam/least-privilege.ts';
import { signedHeaders } from '../signed.ts';
import {
  type Answer,
  awsClient,
  type Deployed,
  deploy,
  droppedSession,
  eventually,
  offer,
} from './harness.ts';
import {
  ACCESS,
  auditRecords,
  BRAKE,
  copyRecords,
  EXPORT,
  FORGET,
  FORGET_BY_QUERY,
  operatorOf,
  playing,
  REASON,
  SESSIONS,
  SESSIONS_BY_QUERY,
  SET_BRAKE,
  SHELL,
  TERMINATE,
} from './operator.ts';

let deployed: Deployed;
let operator: ReturnType<typeof operatorOf>;
beforeAll(async () => {
  deployed = await deploy({
    settings: {
      adminShell: { perOperatorPerMinute: 500, perMinute: 1000 },
      // The finest level: anything missing here is never logged.
      logs: { level: 'DEBUG' },
      limits: { startsPerMinute: 1000 },
      exportBucket: 'arcade-exports',
      auditRetentionDays: 400,
    },
    emulator: { adminShellReadySeconds: 0 },
  });
  operator = operatorOf(deployed);
});
afterAll(() => deployed.close());
afterEach(async () => {
  await deployed.control('DELETE', 'faults');
  await deployed.control('PUT', 'settings', { activationSeconds: 0.1 });
});

/** The records about one session, the oldest first. */
async function recordsOf(id: string, from = deployed) {
  const records = await auditRecords(from);
  return records
    .filter(({ streamSessionId }) => streamSessionId === id)
    .sort((a, b) => String(a.at).localeCompare(String(b.at)));
}

const routes = (from = deployed) =>
  from.stacks.flatMap(({ httpApis }) => httpApis).flatMap((api) => api.routes);
const operatorRoutes = () => routes().filter(({ authorizer }) => authorizer.kind === 'iam');
const pathOf = (path: string, id: string) =>
  path
    .replace('{streamGroupId}', deployed.endpoints.streamGroupId)
    .replace('{streamSessionId}', id)
    .replace('{playerId}', 'somebody');

const roleOf = (routeKey: string, from = deployed) => {
  const fn = from.functionOf(routeKey, 'operator');
  return from.stacks.flatMap(({ roles }) => roles).find(({ logicalId }) => logicalId === fn.roleLogicalId)
    ?.name;
};

describe('an operator', () => {
  it('gets a shell into a live session, after the audit record is written', async () => {
    const { id, playerId } = await playing(deployed);
    const answer = await operator.shell(id, { reason: `  ${REASON}\n` });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(Object.keys(answer.json).sort()).toEqual(['expiresAt', 'sessionId', 'streamUrl', 'tokenValue']);
    expect(answer.json.streamUrl).toMatch(/^ws:/);
    const [call, ...others] = await deployed.calls(ACCESS);
    expect([call?.principal, others]).toEqual([roleOf(SHELL), []]);
    expect(Date.parse(answer.json.expiresAt)).toBeLessThanOrEqual(Date.now() + 60_000);
    const records = await recordsOf(id);
    const keptMs = 400 * 86_400_000;
    expect(records).toEqual([
      {
        ttl: Math.ceil((Date.parse(String(records[0]?.at)) + keptMs) / 1000),
        pk: `${deployed.endpoints.streamGroupId}/${id}`,
        sk: expect.stringMatching(/^20\d\d-.+Z#.+/),
        at: expect.stringMatching(/Z$/),
        action: 'adminShell',
        operator: 'arn:aws:iam::123456789012:user/operator',
        accessKeyId: deployed.endpoints.operator.accessKeyId,
        operatorEntry: 'arn:aws:iam::123456789012:user/operator',
        sourceIp: '127.0.0.1',
        userAgent: 'node',
        requestId: answer.headers.get('apigw-requestid'),
        streamGroupId: deployed.endpoints.streamGroupId,
        streamSessionId: id,
        userId: playerId,
        status: 'CONNECTED',
        reason: REASON,
        outcome: 'opened',
      },
    ]);
  });

  it('waits in one request for a session that AWS is still preparing access to', async () => {
    const { id } = await playing(deployed);
    await deployed.fault({ operation: ACCESS, kind: 'notReady', count: 2 });
    expect((await operator.shell(id)).status).toBe(201);
    expect((await deployed.calls(ACCESS)).map(({ status }) => status)).toEqual([409, 409, 200]);
    expect(await recordsOf(id)).toMatchObject([{ outcome: 'opened' }]);
  });

  it("finds a player's sessions, ended ones included, the newest first", async () => {
    const { player, id, playerId } = await playing(deployed);
    await player.terminate(id);
    const second = (await player.start()).json.streamSession.streamSessionId;
    await deployed.forgetCalls();
    const { status, json, headers } = await operator.sessions(playerId);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(json.streamSessions).toMatchObject([
      { streamSessionId: second, statusAt: expect.stringMatching(/Z$/) },
      { streamSessionId: id, status: 'TERMINATING' },
    ]);
    expect(await deployed.calls()).toEqual([]);
    expect((await operator.sessions('nobody')).json).toEqual({ streamSessions: [] });
  });

  it.each(['a/b', 'a/b=+', '/', '-_az09/=+'])(
    "finds a player's sessions by the query, whatever the player id holds: %s",
    async (other) => {
      const { id, playerId } = await playing(deployed);
      await copyRecords(deployed, playerId, other);
      const { status, json } = await operator.sessionsByQuery(other);
      expect(status).toBe(200);
      expect(json.streamSessions).toMatchObject([{ streamSessionId: id }]);
    },
  );

  it('gets the same list by the path and by the query', async () => {
    const { playerId } = await playing(deployed);
    const [byPath, byQuery] = [await operator.sessions(playerId), await operator.sessionsByQuery(playerId)];
    expect(byPath.json.streamSessions).toHaveLength(1);
    expect(byQuery.json).toEqual(byPath.json);
  });

  it.each(['auth0|7', 'a%2Fb', '100%', 'Zoë', 'a b', ''])(
    'hears that no player can be called so: %s',
    async (playerId) => {
      const { status, json } = await operator.sessionsByQuery(playerId);
      expect([status, json.code]).toEqual([400, 'invalid_request']);
      expect(json.detail).toMatch(/^playerId: /);
    },
  );

  it.each(['', '?playerId=a&playerId=b', '?player=a'])(
    'hears that the query must name one player: /v1/streamsessions%s',
    async (query) => {
      const { status, json } = await operator.request('GET', `/v1/streamsessions${query}`);
      expect([status, json.code]).toEqual([400, 'invalid_request']);
    },
  );

  it("ends any session after the audit record is written, and the player's next answer says so", async () => {
    const { player, id, playerId } = await playing(deployed);
    const answer = await operator.terminate(id);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await deployed.session(id)).toMatchObject({
      status: expect.stringMatching(/^TERMINAT(ING|ED)$/),
    });
    const [call] = await deployed.calls('TerminateStreamSession');
    expect(call?.principal).toBe(roleOf(TERMINATE));
    expect(await recordsOf(id)).toMatchObject([
      { action: 'terminate', outcome: 'requested', userId: playerId, status: 'CONNECTED' },
    ]);
    expect((await player.sessions()).json.streamSessions).toEqual([]);
    expect((await player.reconnect(id)).json.code).toBe('stream_session_ended');
    // The repetition succeeds, and has its own record.
    expect((await operator.terminate(id)).status).toBe(204);
    expect(await deployed.calls('TerminateStreamSession')).toHaveLength(1);
    expect(await recordsOf(id)).toHaveLength(2);
  });
});

describe('an operator with a reason', () => {
  it('has the files of a live session exported, after the audit record is written', async () => {
    const { player, id, playerId } = await playing(deployed);
    const { status, json } = await operator.exportFiles(id);
    const folder = `s3://arcade-exports/stream-sessions/${deployed.endpoints.streamGroupId}/${id}/`;
    expect([status, json]).toEqual([202, { outputUri: folder }]);
    const [call] = await deployed.calls('ExportStreamSessionFiles');
    expect(call?.principal).toBe(roleOf(EXPORT));
    expect(await recordsOf(id)).toMatchObject([
      { action: 'export', outcome: 'requested', userId: playerId, status: 'CONNECTED', reason: REASON },
    ]);
    await player.terminate(id);
    expect((await operator.exportFiles(id)).json.code).toBe('session_over');
  });

  it.each(['forget', 'forgetByQuery'] as const)(
    'has a player forgotten who has no live session, and nobody else: %s',
    async (how) => {
      const { player, id, playerId } = await playing(deployed);
      const other = await playing(deployed);
      expect((await operator[how](playerId)).json.code).toBe('session_still_live');
      await operator.terminate(id);
      expect((await operator[how](playerId)).json).toEqual({ deletedRecords: 1 });
      expect((await operator.sessions(playerId)).json.streamSessions).toEqual([]);
      expect((await player.status(id)).json.code).toBe('stream_session_not_found');
      expect((await operator.sessions(other.playerId)).json.streamSessions).toHaveLength(1);
      const records = await auditRecords(deployed);
      expect(records.filter(({ pk }) => pk === `PLAYER#${playerId}`).map(({ outcome }) => outcome)).toEqual(
        expect.arrayContaining(['session_still_live', 'requested']),
      );
      // The player is no other one: the next session begins as any other.
      expect((await player.start()).status).toBe(201);
    },
  );
});

describe('no operator route lets in', () => {
  const everyRoute = async (ask: (method: string, path: string) => Promise<Answer>) => {
    const { id } = await playing(deployed);
    expect(operatorRoutes().map(({ routeKey }) => routeKey)).toEqual(
      expect.arrayContaining([
        ...[SHELL, SESSIONS, SESSIONS_BY_QUERY, TERMINATE],
        ...[EXPORT, FORGET, FORGET_BY_QUERY, SET_BRAKE, BRAKE],
      ]),
    );
    const answers = [];
    for (const { method, path } of operatorRoutes()) answers.push(await ask(method, pathOf(path, id)));
    expect(await deployed.calls()).toEqual([]);
    expect(await recordsOf(id)).toEqual([]);
    return answers.map(({ status, json }) => [status, json.code ?? json.message]);
  };
  const body = (method: string) => (method === 'POST' ? JSON.stringify({ reason: REASON }) : '');
  const signedWith = (key: { accessKeyId: string; secretAccessKey: string }) => {
    const { request } = operatorOf(deployed, key);
    return everyRoute((method, path) => request(method, path, body(method)));
  };
  const forbidden = [403, 'Forbidden'];
  const onEveryRoute = (answer: unknown) => operatorRoutes().map(() => answer);

  it('a player: the token that opens the player API opens nothing here', async () => {
    const { token } = await deployed.player();
    const answers = await everyRoute(async (method, path) => {
      const url = `${deployed.endpoints.operatorApi}${path}`;
      const sent = body(method);
      const response = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(sent === '' ? {} : { body: sent }),
      });
      return { status: response.status, json: await response.json() } as Answer;
    });
    expect(answers).toEqual(onEveryRoute(forbidden));
  });

  it('a function of the player API or of this one, whose role IAM refuses', async () => {
    const functions = deployed.stacks.flatMap((stack) => stack.functions);
    expect(functions.length).toBeGreaterThanOrEqual(10);
    for (const fn of functions) {
      const answers = await signedWith(deployed.principals.keyOf(fn));
      expect(answers, fn.name).toEqual(onEveryRoute(forbidden));
    }
    const asked = deployed.principals.authorizer
      .decisions()
      .filter(({ action, allowed }) => action === 'execute-api:Invoke' && !allowed);
    expect(new Set(asked.map(({ principal }) => principal)).size).toBe(functions.length);
  });

  it('a principal that may invoke every API there is, and is not in settings.operators', async () => {
    const answers = await signedWith(deployed.principals.stranger);
    expect(answers).toEqual(onEveryRoute([403, 'not_an_operator']));
  });

  it('a caller who only knows an access key id, or changes a signed request', async () => {
    const { accessKeyId } = deployed.endpoints.operator;
    const answers = await signedWith({ accessKeyId, secretAccessKey: 'guessed' });
    expect(answers).toEqual(onEveryRoute(forbidden));
    const { id } = await playing(deployed);
    const path = `/v1/streamgroups/${deployed.endpoints.streamGroupId}/streamsessions/${id}/admin-shells`;
    const url = `${deployed.endpoints.operatorApi}${path}`;
    const caught = signedHeaders('POST', url, JSON.stringify({ reason: REASON }), {
      ...deployed.endpoints.operator,
      region: deployed.endpoints.region,
    });
    const answer = await operator.request('POST', path, JSON.stringify({ reason: 'another reason' }), caught);
    expect(answer.json).toEqual({ message: 'Forbidden' });
    expect(await recordsOf(id)).toEqual([]);
  });
});

describe('a request', () => {
  it.each([
    ['no reason', {}],
    ['a reason of nine characters', { reason: 'Ticket 47' }],
    ['a reason that is white space for the most part', { reason: `${' '.repeat(50)}short${' '.repeat(50)}` }],
    ['a reason of 501 characters', { reason: 'x'.repeat(501) }],
    ['a reason with a line break', { reason: 'Ticket 4711\noutcome: refused' }],
    ['a reason with an escape sequence', { reason: 'Ticket 4711 \u001b[2J black screen' }],
    ['a reason that is no text', { reason: { ticket: 4711 } }],
    ['a misspelt field', { reason: REASON, Reason: REASON }],
    ['a body that is no JSON', 'reason=Ticket 4711'],
    ['a body that is no object', [REASON]],
  ])('with %s is refused, and nothing reaches AWS', async (_what, body) => {
    const { id } = await playing(deployed);
    const answer = await operator.shell(id, body);
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_request']);
    expect(answer.json.detail).toMatch(/^(reason|Reason|body): /);
    expect(await deployed.calls()).toEqual([]);
    expect(await recordsOf(id)).toEqual([]);
  });

  it('in a stream group that the settings do not list is refused before any AWS call', async () => {
    await deployed.forgetCalls();
    const elsewhere = '/v1/streamgroups/sg-other/streamsessions';
    for (const answer of [
      await operator.shell('s-1', { reason: REASON }, elsewhere),
      await operator.request('DELETE', `${elsewhere}/s-1`),
      await operator.exportFiles('s-1', elsewhere),
    ]) {
      expect([answer.status, answer.json.detail]).toEqual([
        400,
        'streamGroupId: is not a stream group of this API',
      ]);
    }
    expect(await deployed.calls()).toEqual([]);
  });

  it.each(['..%2F..%2Fsg-1', '%252e%252e', 'a%00b', 'arn%3Aaws', 'x'.repeat(200)])(
    'for a session %s is refused',
    async (id) => {
      await deployed.forgetCalls();
      for (const answer of [await operator.shell(id), await operator.terminate(id)]) {
        expect([answer.status, answer.json.detail]).toEqual([
          400,
          expect.stringMatching(/^streamSessionId: /),
        ]);
      }
      expect(await deployed.calls()).toEqual([]);
    },
  );
});

describe('the brake', () => {
  it('refuses new sessions and no reconnect, is recorded with its reason, and lets starts go on when it is off', async () => {
    const player = await deployed.player();
    const { id } = await droppedSession(deployed, player);
    const set = await operator.setBrake(600);
    expect(set.json.starts).toMatchObject({
      isOn: true,
      operator: 'arn:aws:iam::123456789012:user/operator',
      reason: REASON,
    });
    expect((await operator.brake()).json).toEqual(set.json);
    const refused = await eventually(
      async () => (await deployed.player()).start(),
      ({ status }) => status !== 201,
    );
    expect([refused.status, refused.json.code, refused.json.retry]).toEqual([503, 'starts_paused', 'same']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await player.reconnect(id)).status).toBe(201);
    expect((await operator.setBrake(0)).json).toEqual({ starts: { isOn: false } });
    await eventually(
      async () => (await deployed.player()).start(),
      ({ status }) => status === 201,
    );
    const records = (await auditRecords(deployed)).filter(({ action }) => action === 'brake');
    expect(
      records.map(({ pk, seconds, reason, outcome }) => [pk, seconds, reason, outcome]).toSorted(),
    ).toEqual([
      ['brake/starts', 0, REASON, 'requested'],
      ['brake/starts', 600, REASON, 'requested'],
    ]);
  });
});

describe('least privilege', () => {
  it('the operator functions use every statement of their roles and miss none', async () => {
    const own = await deploy({
      settings: { exportBucket: 'arcade-exports' },
      emulator: { adminShellReadySeconds: 0 },
    });
    try {
      const { id, playerId } = await playing(own);
      const one = operatorOf(own);
      expect((await one.shell(id)).status).toBe(201);
      expect((await one.sessions(playerId)).status).toBe(200);
      expect((await one.exportFiles(id)).status).toBe(202);
      expect((await one.terminate(id)).status).toBe(204);
      expect((await one.forget(playerId)).status).toBe(200);
      expect((await one.setBrake(60)).status).toBe(200);
      expect((await one.brake()).json.starts.isOn).toBe(true);
      const { authorizer } = own.principals;
      const routeKeys = [SHELL, SESSIONS, TERMINATE, EXPORT, FORGET, SET_BRAKE, BRAKE];
      const principals = routeKeys.map((routeKey) => roleOf(routeKey, own) ?? '');
      const notExercised = authorizer
        .grants()
        .filter(({ action, principal }) => principals.includes(principal) && /^(logs|xray):/.test(action))
        .map(({ principal, action, resource }) => `${principal}: ${action} on ${resource}`);
      expect(compareGrants(authorizer, { principals, notExercised })).toEqual({
        unused: [],
        redundant: [],
        missing: [],
        stale: [],
      });
    } finally {
      await own.close();
    }
  });

  it.each([SHELL, SESSIONS, TERMINATE, EXPORT, FORGET, SET_BRAKE, BRAKE])(
    'the key of the function behind %s, leaked, can neither start a session nor connect to one',
    async (routeKey) => {
      const { id } = await playing(deployed);
      const { streamGroupId, application } = deployed.endpoints;
      const client = awsClient(
        deployed,
        deployed.principals.keyOf(deployed.functionOf(routeKey, 'operator')),
      );
      const start = new StartStreamSessionCommand({
        Identifier: streamGroupId,
        ApplicationIdentifier: application,
        Protocol: 'WebRTC',
        SignalRequest: offer(),
      });
      const connect = new CreateStreamSessionConnectionCommand({
        Identifier: streamGroupId,
        StreamSessionIdentifier: id,
        SignalRequest: offer(),
      });
      const denied = { name: 'AccessDeniedException' };
      await expect(client.send(start)).rejects.toMatchObject(denied);
      await expect(client.send(connect)).rejects.toMatchObject(denied);
      client.destroy();
    },
  );
});

describe('logs', () => {
  it('contain no credentials and no reason, even at the finest level, whether a shell was opened or refused', async () => {
    const directory = join(deployed.directory, 'logs');
    const { id, playerId } = await playing(deployed);
    const canary = 'canary-of-a-reason';
    const { json } = await operator.shell(id, { reason: canary });
    await deployed.fault({ operation: ACCESS, kind: 'accessDenied', count: 1 });
    await operator.shell(id, { reason: canary });
    await operator.shell(id, { reason: `${canary}\n`.repeat(2) });
    const last = await operator.shell(id, { reason: 'short' });
    await operator.exportFiles(id);
    await operator.terminate(id);
    await operator.forget(playerId);
    const logs = await eventually(
      async () =>
        readdirSync(directory)
          .map((file) => readFileSync(join(directory, file), 'utf8'))
          .join('\n'),
      (text) =>
        text.includes('"shell opened"') &&
        text.includes(id) &&
        text.includes('"broker_misconfigured"') &&
        text.includes('"OperatorForgetUses"'),
    );
    expect(last.json.code).toBe('invalid_request');
    expect(logs).toContain('arn:aws:iam::123456789012:user/operator');
    const { sessionId, streamUrl, tokenValue } = json;
    for (const secret of [sessionId, streamUrl, new URL(streamUrl).pathname, tokenValue, canary, REASON]) {
      expect(logs).not.toContain(secret);
    }
    // The alarms' metrics, under the functions' own names.
    for (const [routeKey, metric, least] of [
      [SHELL, 'AdminShellUses', 3],
      [TERMINATE, 'OperatorTerminateUses', 1],
      [EXPORT, 'OperatorExportUses', 1],
      [FORGET, 'OperatorForgetUses', 1],
    ] as const) {
      const { name } = deployed.functionOf(routeKey, 'operator');
      const used = logs
        .split('\n')
        .filter((line) => line.includes(`"${metric}"`))
        .map((line) => JSON.parse(line));
      expect(used.length).toBeGreaterThanOrEqual(least);
      for (const line of used) {
        expect(line).toMatchObject({ [metric]: 1, FunctionName: name, service: 'rejoin' });
      }
    }
  });
});
