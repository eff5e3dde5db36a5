import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamSessionStatus } from '../../../contract/stream-session-status.ts';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import type { AuditRecord } from '../../../lambdas/operators/audit.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import { type ExportDependencies, exportSession } from '../../../lambdas/routes/operator-export/export.ts';
import { code, quiet, realTable, refusal } from '../broker.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await realTable());
});
afterAll(() => close());

const NOW = 1_800_000_000_000;
const REASON = 'Ticket 4711: crash dumps for the developers';

/** An operator who exports, and what was done in which order. */
function exporting(status: StreamSessionStatus, changes: Partial<ExportDependencies> = {}) {
  const events: string[] = [];
  const records: AuditRecord[] = [];
  const deps: ExportDependencies = {
    bucket: 'arcade-exports',
    settings: { adminShell: { perOperatorPerMinute: 100, perMinute: 100_000 } },
    counters: tableWindowCounters(table),
    countUse: () => events.push('metric'),
    audit: {
      async write(record) {
        events.push(`record ${record.outcome}`);
        records.push(record);
      },
    },
    lookUpSession: async () => ({
      arn: undefined,
      status,
      statusReason: undefined,
      userId: 'player-1',
      location: undefined,
      signalResponse: undefined,
      connectionTimeoutSeconds: 120,
      sessionLengthSeconds: 3600,
      createdAt: NOW,
      lastUpdatedAt: undefined,
    }),
    exportFiles: async (_session, outputUri) => void events.push(`AWS ${outputUri}`),
    now: () => NOW,
    random: () => 0,
    log: quiet,
    ...changes,
  };
  const run = (entry: string = randomUUID()) => {
    const who = { operator: 'o', accessKeyId: 'a', entry, sourceIp: '192.0.2.1', userAgent: '' };
    return exportSession(
      {
        call: { ...who, requestId: randomUUID() },
        streamGroupId: 'sg-1',
        streamSessionId: 'session1',
        reason: REASON,
        endsBy: NOW + 15_000,
        metrics: newRequestMetrics(),
      },
      deps,
    );
  };
  return { run, events, records };
}

describe('exporting the files of a session', () => {
  it('is recorded with who, whose and why before AWS is asked: an export cannot be called off', async () => {
    const { run, events, records } = exporting('CONNECTED');
    const folder = 's3://arcade-exports/stream-sessions/sg-1/session1/';
    expect(await run()).toBe(folder);
    expect(events).toEqual(['metric', 'record requested', `AWS ${folder}`]);
    expect(records).toMatchObject([
      {
        action: 'export',
        userId: 'player-1',
        status: 'CONNECTED',
        reason: REASON,
        streamSessionId: 'session1',
      },
    ]);
  });

  it('does not happen without a record', async () => {
    const write = () => Promise.reject(new Problem('upstream_unavailable', 'down'));
    const { run, events } = exporting('CONNECTED', { audit: { write } });
    await expect(run()).rejects.toThrow();
    expect(events).toEqual(['metric']);
  });

  it.each([
    ['ACTIVATING', 'session_not_accessible'],
    ['TERMINATING', 'session_over'],
    ['TERMINATED', 'session_over'],
    ['ERROR', 'session_over'],
  ] as const)('of one that is %s is refused as %s and recorded, without AWS', async (status, expected) => {
    const { run, events } = exporting(status);
    expect(await code(run())).toBe(expected);
    expect(events).toEqual(['metric', `record ${expected}`]);
  });

  it.each(['ACTIVE', 'CONNECTED', 'PENDING_CLIENT_RECONNECTION', 'RECONNECTING'] as const)(
    'of one that is %s is accepted, as AWS accepts it',
    async (status) => {
      expect(await code(exporting(status).run())).toBe('none');
    },
  );

  it.each([
    ['denies it', 'denied', 'broker_misconfigured'],
    ['has ended the session meanwhile', 'invalid', 'session_not_accessible'],
    ['throttles', 'throttled', 'paced'],
    ['fails', 'internal', 'upstream_unavailable'],
    ['has no such session', 'notFound', 'stream_session_not_found'],
  ] as const)('while AWS %s is refused: the operator hears which', async (_what, kind, expected) => {
    const { run } = exporting('CONNECTED', { exportFiles: () => Promise.reject(refusal(kind)) });
    expect(await code(run())).toBe(expected);
  });

  it('is recorded where AWS would not say what the session is', async () => {
    const failure = new Problem('stream_session_not_found', 'none');
    const { run, events } = exporting('CONNECTED', { lookUpSession: () => Promise.reject(failure) });
    await expect(run()).rejects.toBe(failure);
    expect(events).toEqual(['metric', 'record stream_session_not_found']);
  });

  it('has a rate of its own, and ends before AWS, audit and alarm', async () => {
    const settings = { adminShell: { perOperatorPerMinute: 1, perMinute: 100_000 } };
    const { run, events } = exporting('CONNECTED', { settings });
    const ann = randomUUID();
    expect(await code(run(ann))).toBe('none');
    events.length = 0;
    await expect(run(ann)).rejects.toMatchObject({
      code: 'too_many_requests',
      message: 'This operator has exported files too often.',
    });
    expect(events).toEqual([]);
  });
});
