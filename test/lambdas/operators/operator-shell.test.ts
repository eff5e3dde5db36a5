import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamSessionStatus } from '../../../contract/stream-session-status.ts';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { type AuditRecord, tableAudit } from '../../../lambdas/operators/audit.ts';
import {
  openShell,
  type ShellDependencies,
  type ShellRequest,
} from '../../../lambdas/routes/operator-shell/shell.ts';
import { code, quiet, realTable, refusal } from '../broker.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await realTable());
});
afterAll(() => close());

const CREDENTIALS = { sessionId: 'shell-1', streamUrl: 'wss://shell.example/1', tokenValue: 'a-secret' };

/** An operator whose AWS does as told, with a clock that only waits move, and what was written when. */
function door(changes: Partial<ShellDependencies> = {}) {
  const clock = { now: 1_800_000_030_000 };
  const seen: { status: StreamSessionStatus } = { status: 'CONNECTED' };
  const events: string[] = [];
  const records: AuditRecord[] = [];
  const deps: ShellDependencies = {
    settings: { adminShell: { perOperatorPerMinute: 100, perMinute: 100_000 } },
    counters: tableWindowCounters(table),
    audit: {
      async write(record) {
        events.push(`record ${record.outcome}`);
        records.push(record);
      },
    },
    lookUpSession: async () => ({
      arn: undefined,
      statusReason: undefined,
      location: undefined,
      signalResponse: undefined,
      connectionTimeoutSeconds: 120,
      sessionLengthSeconds: 3600,
      createdAt: 0,
      lastUpdatedAt: undefined,
      userId: 'player-1',
      ...seen,
    }),
    async createAdminShell() {
      events.push('AWS');
      return CREDENTIALS;
    },
    countUse: () => events.push('metric'),
    now: () => clock.now,
    async sleep(milliseconds) {
      events.push(`wait ${milliseconds}`);
      clock.now += milliseconds;
    },
    random: () => 0,
    log: quiet,
    ...changes,
  };
  return { deps, clock, seen, events, records };
}

function asked(changes: Partial<ShellRequest> = {}): ShellRequest {
  return {
    call: {
      operator: 'arn:aws:iam::123456789012:user/ann',
      accessKeyId: 'AKIAEXAMPLE',
      entry: `arn:aws:iam::123456789012:user/ann-${randomUUID()}`,
      sourceIp: '192.0.2.1',
      userAgent: 'test',
      requestId: randomUUID(),
    },
    streamGroupId: 'sg-1',
    streamSessionId: 's-1',
    reason: 'Ticket 4711: black screen',
    endsBy: 1_800_000_058_000,
    metrics: newRequestMetrics(),
    ...changes,
  };
}

describe('credentials', () => {
  it('leave after the record of them is written, and say until when they are good', async () => {
    const { deps, events, records } = door();
    const request = asked();
    expect(await openShell(request, deps)).toEqual({ ...CREDENTIALS, expiresAt: '2027-01-15T08:01:30.000Z' });
    expect(events).toEqual(['metric', 'AWS', 'record opened']);
    expect(records).toEqual([
      {
        action: 'adminShell',
        call: request.call,
        streamGroupId: 'sg-1',
        streamSessionId: 's-1',
        userId: 'player-1',
        status: 'CONNECTED',
        reason: 'Ticket 4711: black screen',
        outcome: 'opened',
        at: 1_800_000_030_000,
      },
    ]);
    expect(JSON.stringify(records)).not.toContain('a-secret');
  });

  it.each(['ACTIVE', 'CONNECTED', 'PENDING_CLIENT_RECONNECTION', 'RECONNECTING'] as const)(
    'are to be had for a session that is %s',
    async (status) => {
      const { deps, seen } = door();
      seen.status = status;
      expect(await openShell(asked(), deps)).toMatchObject(CREDENTIALS);
    },
  );

  it.each([
    ['ACTIVATING', 'session_not_accessible'],
    ['TERMINATING', 'session_over'],
    ['TERMINATED', 'session_over'],
    ['ERROR', 'session_over'],
  ] as const)('are not even asked for while the session is %s', async (status, expected) => {
    const { deps, seen, events } = door();
    seen.status = status;
    expect(await code(openShell(asked(), deps))).toBe(expected);
    expect(events).toEqual(['metric', `record ${expected}`]);
  });
});

describe('access that AWS has not prepared yet', () => {
  const notReady = () => Promise.reject(refusal('notReady'));

  it('is waited for in seconds, within the time that the function has', async () => {
    const { deps, events, clock } = door({ createAdminShell: notReady });
    const request = asked();
    expect(await code(openShell(request, deps))).toBe('access_not_ready');
    const waits = events.filter((event) => event.startsWith('wait'));
    expect(new Set(waits)).toEqual(new Set(['wait 2000']));
    expect(waits.length).toBeGreaterThan(8);
    // What is left is enough to write the record, which is the last thing done.
    expect(request.endsBy - clock.now).toBeGreaterThanOrEqual(2500);
    expect(events.at(-1)).toBe('record access_not_ready');
  });

  it('is spread, so that operators who came together do not come back together', async () => {
    const { deps, events } = door({ createAdminShell: notReady, random: () => 0.999 });
    await code(openShell(asked(), deps));
    expect(new Set(events.filter((event) => event.startsWith('wait')))).toEqual(new Set(['wait 2999']));
  });

  it('counts the validity from the try that succeeded', async () => {
    let tries = 0;
    const { deps } = door({ createAdminShell: async () => (++tries < 3 ? notReady() : CREDENTIALS) });
    expect((await openShell(asked(), deps)).expiresAt).toBe('2027-01-15T08:01:34.000Z');
  });
});

describe('what AWS refuses', () => {
  it.each([
    ['throttled', 'paced'],
    ['denied', 'broker_misconfigured'],
    ['conflict', 'session_not_accessible'],
    ['invalid', 'session_not_accessible'],
    ['notFound', 'stream_session_not_found'],
    ['answerless', 'upstream_unavailable'],
    ['internal', 'upstream_unavailable'],
    ['network', 'upstream_unavailable'],
    ['timeout', 'upstream_timeout'],
    ['quota', 'broker_misconfigured'],
  ] as const)('as %s is answered and recorded as %s', async (kind, expected) => {
    const { deps, events } = door({ createAdminShell: () => Promise.reject(refusal(kind)) });
    expect(await code(openShell(asked(), deps))).toBe(expected);
    expect(events).toEqual(['metric', `record ${expected}`]);
  });

  it('a defect of ours is recorded as well, and goes on to the handler as it is', async () => {
    const { deps, events } = door({ createAdminShell: () => Promise.reject(new TypeError('oops')) });
    await expect(openShell(asked(), deps)).rejects.toThrow(TypeError);
    expect(events).toEqual(['metric', 'record broker_misconfigured']);
  });
});

describe('the rate', () => {
  const limited = (perOperatorPerMinute: number, perMinute: number) => {
    // A table's counters are shared: each test counts in a minute of its own.
    const minute = (32_000_000 + randomInt(1_000_000)) * 60_000;
    const { deps, events, clock } = door({ settings: { adminShell: { perOperatorPerMinute, perMinute } } });
    clock.now = minute + 45_000;
    const ask = (entry: string) => {
      const { call, ...request } = asked({ endsBy: clock.now + 28_000 });
      return openShell({ ...request, call: { ...call, entry } }, deps);
    };
    return { ask, events, clock };
  };

  it("of one operator is the operator's alone, ends before AWS and audit, and begins anew each minute", async () => {
    const { ask, events, clock } = limited(2, 100);
    const [ann, bob] = [randomUUID(), randomUUID()];
    expect(await Promise.all([code(ask(ann)), code(ask(ann))])).toEqual(['none', 'none']);
    events.length = 0;
    await expect(ask(ann)).rejects.toMatchObject({
      code: 'too_many_requests',
      extras: { retryAfterMs: 15_000 },
      message: 'This operator has requested admin shells too often.',
    });
    expect(events).toEqual([]);
    expect(await code(ask(bob))).toBe('none');
    clock.now += 15_000;
    expect(await code(ask(ann))).toBe('none');
  });

  it('of all together holds, however many operators there are', async () => {
    const { ask } = limited(2, 3);
    const codes = await Promise.all(Array.from({ length: 6 }, () => code(ask(randomUUID()))));
    expect(codes.toSorted()).toEqual([...Array(3).fill('none'), ...Array(3).fill('too_many_requests')]);
  });

  it('that cannot be counted is no open door', async () => {
    const { deps, events } = door({
      counters: { spend: () => Promise.reject(refusal('internal')) },
    });
    await expect(openShell(asked(), deps)).rejects.toThrow();
    expect(events).toEqual([]);
  });
});

describe('the audit', () => {
  const record: AuditRecord = {
    action: 'adminShell',
    call: asked().call,
    streamGroupId: 'sg-1',
    streamSessionId: 's-1',
    reason: 'Ticket 4711: black screen',
    outcome: 'opened',
    at: 1_800_000_030_000,
  };

  it('that fails keeps the credentials in, whether a shell was opened or refused', async () => {
    const broken = { putNew: () => Promise.reject(new Error('down')) };
    for (const status of ['CONNECTED', 'TERMINATED'] as const) {
      const { deps, seen } = door({ audit: tableAudit(broken) });
      seen.status = status;
      const answer = await openShell(asked(), deps).catch((problem) => problem);
      expect(answer).toMatchObject({ code: 'audit_unavailable', extras: { retryAfterMs: 1000 } });
      expect(JSON.stringify(answer)).not.toContain('a-secret');
    }
  });

  it.each([
    [undefined, undefined],
    // 2027-01-15T08:00:30Z and 90 days, in seconds: DynamoDB takes milliseconds for a year far away, and never deletes.
    [90, 1_807_776_030],
  ])('keeps a record for as many days as the settings say: %s', async (days, ttl) => {
    const call = { ...record.call, requestId: randomUUID() };
    await tableAudit(table, days).write({ ...record, call });
    const [kept] = await table.query('sg-1/s-1', `2027-01-15T08:00:30.000Z#${call.requestId}`);
    expect(kept?.ttl).toBe(ttl);
  });

  it('never writes over a record: a second one of the same name is refused, and the first stays', async () => {
    const audit = tableAudit(table);
    const call = { ...record.call, requestId: randomUUID() };
    await audit.write({ ...record, call });
    expect(await code(audit.write({ ...record, call, reason: 'Nothing to see here' }))).toBe(
      'audit_unavailable',
    );
    const [kept, ...others] = await table.query('sg-1/s-1', `2027-01-15T08:00:30.000Z#${call.requestId}`);
    expect([kept?.reason, others]).toEqual(['Ticket 4711: black screen', []]);
  });
});
