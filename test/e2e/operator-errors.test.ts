import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR_PROBLEMS, type OperatorProblemCode } from '../../contract/operator-problems.ts';
import { type Answer, type Deployed, deploy, eventually } from './harness.ts';
import { ACCESS, auditRecords, operatorOf, playing, REASON } from './operator.ts';

let deployed: Deployed;
/** A deployment without the right to write into the audit table, made when the first test needs it. */
let closed: Promise<Deployed> | undefined;
let operator: ReturnType<typeof operatorOf>;
beforeAll(async () => {
  deployed = await deploy({
    settings: { adminShell: { perOperatorPerMinute: 500, perMinute: 1000 } },
    emulator: { adminShellReadySeconds: 0 },
    // The template's: a function waits for AWS for as long as it may run.
    functionTimeoutSeconds: undefined,
  });
  operator = operatorOf(deployed);
});
afterAll(() => Promise.all([deployed.close(), closed?.then((made) => made.close())]));
afterEach(async () => {
  await deployed.control('DELETE', 'faults');
  await deployed.control('PUT', 'settings', { activationSeconds: 0.1 });
});

/** Provokes each row of the operator API's error table. The type makes a missing row a compile error. */
const PROVOKE: Record<OperatorProblemCode, () => Promise<Answer>> = {
  invalid_request: async () => operator.shell('s-1', { reason: 'short' }),
  not_an_operator: async () => operatorOf(deployed, deployed.principals.stranger).sessions('somebody'),
  stream_session_not_found: async () => operator.shell('no-such-session'),
  async session_not_accessible() {
    await deployed.control('PUT', 'settings', { activationSeconds: 30 });
    const { json } = await (await deployed.player()).start();
    return operator.shell(json.streamSession.streamSessionId);
  },
  async session_not_terminable() {
    await deployed.control('PUT', 'settings', { activationSeconds: 30 });
    const { json } = await (await deployed.player()).start();
    return operator.terminate(json.streamSession.streamSessionId);
  },
  async session_still_live() {
    return operator.forget((await playing(deployed)).playerId);
  },
  async session_over() {
    const { player, id } = await playing(deployed);
    await player.terminate(id);
    return operator.shell(id);
  },
  async too_many_requests() {
    const strict = await deploy({ settings: { adminShell: { perOperatorPerMinute: 2, perMinute: 3 } } });
    try {
      const one = operatorOf(strict);
      return await eventually(
        () => one.shell('no-such-session'),
        ({ status }) => status === 429,
      );
    } finally {
      await strict.close();
    }
  },
  async broker_misconfigured() {
    const { id } = await playing(deployed);
    await deployed.fault({ operation: ACCESS, kind: 'accessDenied', count: 1 });
    return operator.shell(id);
  },
  async paced() {
    const { id } = await playing(deployed);
    await deployed.fault({ operation: ACCESS, kind: 'throttle', count: 10 });
    return operator.shell(id);
  },
  async access_not_ready() {
    const { id } = await playing(deployed);
    await deployed.fault({ operation: ACCESS, kind: 'notReady', count: 100 });
    return operator.shell(id);
  },
  async audit_unavailable() {
    const without = await withoutAudit();
    const { id } = await playing(without);
    return operatorOf(without).shell(id);
  },
  async upstream_unavailable() {
    const { id } = await playing(deployed);
    await deployed.fault({ operation: ACCESS, kind: 'internal', count: 10 });
    return operator.shell(id);
  },
  async upstream_timeout() {
    const { id } = await playing(deployed);
    await deployed.hold(ACCESS, { count: 10 });
    return operator.shell(id);
  },
};

const withoutPut = ['"dynamodb:PutItem"', '"dynamodb:DescribeTable"'] as const;

const withoutAudit = () => {
  closed ??= deploy({
    emulator: { adminShellReadySeconds: 0 },
    alterRoles: (roles) =>
      roles.map((role) =>
        role.policies.some(({ name }) => name.startsWith('operator-'))
          ? { ...role, policies: JSON.parse(JSON.stringify(role.policies).replaceAll(...withoutPut)) }
          : role,
      ),
  });
  return closed;
};

/** The codes with a wait, by the column "carries" of docs/protocol.md. */
const WITH_WAIT: OperatorProblemCode[] = [
  'session_not_accessible',
  'session_not_terminable',
  'too_many_requests',
  'paced',
  'access_not_ready',
  'audit_unavailable',
  'upstream_unavailable',
  'upstream_timeout',
];

describe("each row of the operator API's error table comes from the deployment", () => {
  it.each(Object.keys(PROVOKE) as OperatorProblemCode[])('%s', async (code) => {
    const answer = await PROVOKE[code]();
    const { status, retry, title } = OPERATOR_PROBLEMS[code];
    expect(answer.json).toMatchObject({ code, status, retry, title, type: `urn:rejoin:problem:${code}` });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.json.requestId).toEqual(expect.stringMatching(/.+/));
    expect(answer.text).not.toMatch(/streamUrl|tokenValue|sessionId"/);
    const wait = answer.json.retryAfterMs;
    expect([code, wait !== undefined]).toEqual([code, WITH_WAIT.includes(code)]);
    expect(answer.headers.get('retry-after')).toBe(
      wait === undefined ? null : String(Math.max(1, Math.ceil(wait / 1000))),
    );
  });

  it.each<[OperatorProblemCode, object]>([
    ['stream_session_not_found', { action: 'adminShell', reason: REASON }],
    ['session_over', { status: expect.stringMatching(/^TERMINAT/) }],
    ['session_not_accessible', { status: 'ACTIVATING' }],
    ['broker_misconfigured', { status: 'CONNECTED' }],
  ])('a use that ends in %s leaves a record that says so', async (code, fields) => {
    const before = new Set((await auditRecords(deployed)).map(({ requestId }) => requestId));
    const { json } = await PROVOKE[code]();
    const added = (await auditRecords(deployed)).filter(({ requestId }) => !before.has(requestId));
    expect(added).toMatchObject([{ outcome: code, requestId: json.requestId, ...fields }]);
  });

  it('AWS is never asked for a shell in a session that refuses one', async () => {
    for (const code of ['session_over', 'session_not_accessible'] as const) {
      await deployed.forgetCalls();
      await PROVOKE[code]();
      expect(await deployed.calls(ACCESS), code).toEqual([]);
    }
  });
});

describe('when the audit cannot be written', () => {
  it('nobody gets the credentials that AWS has made, and no session ends', async () => {
    const without = await withoutAudit();
    await without.forgetCalls();
    const { id } = await playing(without);
    const one = operatorOf(without);
    const shell = await one.shell(id);
    expect([shell.status, shell.json.code]).toEqual([503, 'audit_unavailable']);
    expect((await without.calls(ACCESS)).map(({ status }) => status)).toEqual([200]);
    expect(shell.text).not.toMatch(/ws:|tokenValue/);
    const ended = await one.terminate(id);
    expect([ended.status, ended.json.code]).toEqual([503, 'audit_unavailable']);
    expect(await without.calls('TerminateStreamSession')).toEqual([]);
    expect(await without.session(id)).toMatchObject({ status: 'CONNECTED' });
    expect(await auditRecords(without)).toEqual([]);
  });
});
