import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamSessionStatus } from '../../../contract/stream-session-status.ts';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import {
  type OperatorTerminateDependencies,
  terminateAny,
} from '../../../lambdas/routes/operator-terminate/terminate.ts';
import { sessionTable } from '../../../lambdas/sessions/session-table.ts';
import { code, quiet, realTable, refusal } from '../broker.ts';
import { sessionRecord } from '../session-record.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await realTable());
});
afterAll(() => close());

const NOW = 1_800_000_000_000;

/** An operator and a player's session, which AWS sees as told: the last sight is repeated. */
async function session(
  sights: readonly [StreamSessionStatus, ...StreamSessionStatus[]],
  changes: Partial<OperatorTerminateDependencies> = {},
) {
  const key = { playerId: `player-${randomUUID()}`, streamGroupId: 'sg-1', streamSessionId: randomUUID() };
  const records = sessionTable(table);
  await records.add(sessionRecord(NOW, key));
  const events: string[] = [];
  const left = [...sights];
  const deps: OperatorTerminateDependencies = {
    settings: { adminShell: { perOperatorPerMinute: 100, perMinute: 100_000 } },
    counters: tableWindowCounters(table),
    countUse: () => events.push('metric'),
    sessions: records,
    audit: { write: async ({ outcome, userId }) => void events.push(`record ${outcome} ${userId}`) },
    lookUpSession: async () => ({
      arn: undefined,
      status: (left.length > 1 ? left.shift() : left[0]) ?? 'ERROR',
      statusReason: undefined,
      userId: key.playerId,
      location: undefined,
      signalResponse: undefined,
      connectionTimeoutSeconds: 120,
      sessionLengthSeconds: 3600,
      createdAt: NOW,
      lastUpdatedAt: undefined,
    }),
    terminateStreamSession: async () => void events.push('AWS'),
    now: () => NOW,
    random: () => 0,
    log: quiet,
    ...changes,
  };
  const end = (entry: string = randomUUID()) => {
    const who = { operator: 'o', accessKeyId: 'a', entry, sourceIp: '192.0.2.1', userAgent: '' };
    const call = { ...who, requestId: randomUUID() };
    const request = { ...key, call, endsBy: NOW + 15_000, metrics: newRequestMetrics() };
    return terminateAny(request, deps);
  };
  return {
    end,
    events,
    counters: deps.counters,
    now: deps.now,
    status: async () => (await records.read(key))?.status,
    requested: `record requested ${key.playerId}`,
  };
}

describe('ending any session', () => {
  it("is recorded first, and written into the player's record afterwards", async () => {
    const { end, events, status, requested } = await session(['CONNECTED']);
    await end();
    expect(events).toEqual(['metric', requested, 'AWS']);
    expect(await status()).toBe('TERMINATING');
  });

  it('does not happen without a record', async () => {
    const write = () => Promise.reject(new Problem('upstream_unavailable', 'down'));
    const { end, events, status } = await session(['CONNECTED'], { audit: { write } });
    await expect(end()).rejects.toThrow();
    expect([events, await status()]).toEqual([['metric'], 'CONNECTED']);
  });

  it.each(['TERMINATING', 'TERMINATED', 'ERROR'] as const)(
    'that is %s already is a success without AWS, and the player hears of it',
    async (over) => {
      const { end, events, status, requested } = await session([over]);
      await end();
      expect([events, await status()]).toEqual([['metric', requested], over]);
    },
  );

  it('that ends by itself meanwhile is a success', async () => {
    const { end, status } = await session(['CONNECTED', 'TERMINATED'], {
      terminateStreamSession: () => Promise.reject(refusal('invalid')),
    });
    await end();
    expect(await status()).toBe('TERMINATED');
  });

  it.each([
    ['while it is set up', 'ACTIVATING', 'conflict', 'session_not_terminable'],
    ['while AWS throttles', 'CONNECTED', 'throttled', 'paced'],
    ['while AWS fails', 'CONNECTED', 'internal', 'upstream_unavailable'],
    ['without permission', 'CONNECTED', 'denied', 'broker_misconfigured'],
  ] as const)('%s is refused, and its player sees it alive', async (_when, seen, kind, expected) => {
    const { end, status } = await session([seen], {
      terminateStreamSession: () => Promise.reject(refusal(kind)),
    });
    expect([await code(end()), await status()]).toEqual([expected, 'CONNECTED']);
  });

  it("succeeds although the player's record cannot be written: the session has ended", async () => {
    const observe = () => Promise.reject(new Problem('upstream_unavailable', 'down'));
    const { end, events, requested } = await session(['CONNECTED'], { sessions: { writeStatus: observe } });
    await end();
    expect(events).toEqual(['metric', requested, 'AWS']);
  });

  it('is recorded and counted for the alarm where AWS does not answer, and nothing ends', async () => {
    for (const [failure, outcome] of [
      [new Problem('stream_session_not_found', 'none'), 'stream_session_not_found'],
      [new TypeError('oops'), 'broker_misconfigured'],
    ] as const) {
      const { end, events } = await session(['CONNECTED'], { lookUpSession: () => Promise.reject(failure) });
      await expect(end()).rejects.toBe(failure);
      expect(events).toEqual(['metric', `record ${outcome} undefined`]);
    }
  });

  it('that the broker did not start leaves no record of a player behind', async () => {
    const stranger = `player-${randomUUID()}`;
    const { end, events } = await session(['CONNECTED'], {
      lookUpSession: async () => ({
        arn: undefined,
        status: 'CONNECTED',
        statusReason: undefined,
        userId: stranger,
        location: undefined,
        signalResponse: undefined,
        connectionTimeoutSeconds: 120,
        sessionLengthSeconds: 3600,
        createdAt: NOW,
        lastUpdatedAt: undefined,
      }),
    });
    await end();
    expect(events).toEqual(['metric', `record requested ${stranger}`, 'AWS']);
    expect(await table.query(stranger, '')).toEqual([]);
  });
});

describe('the rate of ending sessions', () => {
  const limited = (perOperatorPerMinute: number, perMinute: number) => {
    // A table's counters are shared: each test counts in a minute of its own.
    const now = (32_000_000 + randomInt(1_000_000)) * 60_000 + 45_000;
    const settings = { adminShell: { perOperatorPerMinute, perMinute } };
    return session(['CONNECTED'], { settings, now: () => now });
  };

  it("of one operator is the operator's alone, and ends before AWS, audit and alarm", async () => {
    const { end, events } = await limited(2, 100);
    const ann = randomUUID();
    expect(await Promise.all([code(end(ann)), code(end(ann))])).toEqual(['none', 'none']);
    events.length = 0;
    await expect(end(ann)).rejects.toMatchObject({
      code: 'too_many_requests',
      extras: { retryAfterMs: 15_000 },
      message: 'This operator has ended stream sessions too often.',
    });
    expect(events).toEqual([]);
    expect(await code(end())).toBe('none');
  });

  it('of all together holds, however many operators there are', async () => {
    const { end } = await limited(2, 3);
    const codes = await Promise.all(Array.from({ length: 6 }, () => code(end())));
    expect(codes.toSorted()).toEqual([...Array(3).fill('none'), ...Array(3).fill('too_many_requests')]);
  });

  it('is not used up by shells: an operator who opened many can still end a session', async () => {
    const { end, counters, now } = await limited(1, 1);
    const ann = randomUUID();
    expect(await counters.spend(`OPERATOR#${ann}`, 'adminShell', 1, 60_000, now())).toBe(0);
    expect(await counters.spend('OPERATORS', 'adminShell', 1, 60_000, now())).toBe(0);
    expect(await code(end(ann))).toBe('none');
  });

  it('that cannot be counted ends nothing', async () => {
    const { end, events } = await session(['CONNECTED'], {
      counters: { spend: () => Promise.reject(refusal('internal')) },
    });
    await expect(end()).rejects.toThrow();
    expect(events).toEqual([]);
  });
});
