import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { type AuditRecord, tableAudit } from '../../../lambdas/operators/audit.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import { type ForgetDependencies, forgetPlayer } from '../../../lambdas/routes/operator-forget/forget.ts';
import { sessionTable } from '../../../lambdas/sessions/session-table.ts';
import type { SessionRecord } from '../../../lambdas/sessions/stream-session.ts';
import { code, quiet, realTable, refusal } from '../broker.ts';
import { sessionRecord } from '../session-record.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await realTable());
});
afterAll(() => close());

const NOW = 1_800_000_000_000;
const REASON = 'Ticket 4711: the player asked to be forgotten';

/** An operator, and a player with sessions. */
async function player(
  sessions: readonly Partial<SessionRecord>[],
  changes: Partial<ForgetDependencies> = {},
) {
  const playerId = `player-${randomUUID()}`;
  const records = sessionTable(table);
  for (const session of sessions) {
    await records.add(
      sessionRecord(NOW, { playerId, streamSessionId: randomUUID(), status: 'TERMINATED', ...session }),
    );
  }
  const events: string[] = [];
  const audited: AuditRecord[] = [];
  const deps: ForgetDependencies = {
    settings: { adminShell: { perOperatorPerMinute: 100, perMinute: 100_000 } },
    counters: tableWindowCounters(table),
    countUse: () => events.push('metric'),
    sessions: {
      list: records.list,
      async remove(key) {
        events.push('delete');
        await records.remove(key);
      },
    },
    audit: {
      async write(record) {
        events.push(`record ${record.outcome}`);
        audited.push(record);
      },
    },
    now: () => NOW,
    log: quiet,
    ...changes,
  };
  const forget = (entry: string = randomUUID()) => {
    const who = { operator: 'o', accessKeyId: 'a', entry, sourceIp: '192.0.2.1', userAgent: '' };
    return forgetPlayer({ call: { ...who, requestId: randomUUID() }, playerId, reason: REASON }, deps);
  };
  return { playerId, forget, events, audited, counters: deps.counters, left: () => records.list(playerId) };
}

describe('forgetting a player', () => {
  it('is recorded with who and why before the records of all sessions are deleted', async () => {
    const many = Array.from({ length: 60 }, () => ({}));
    const { playerId, forget, events, audited, left } = await player(many);
    expect(await forget()).toBe(60);
    expect(events).toEqual(['metric', 'record requested', ...Array(60).fill('delete')]);
    expect(audited).toMatchObject([{ action: 'forget', userId: playerId, reason: REASON, at: NOW }]);
    expect(await left()).toEqual([]);
  });

  it('leaves other players and what limits this one: slots, budgets and counts', async () => {
    const { playerId, forget } = await player([{}]);
    const other = await player([{}]);
    const kept = ['SLOT#0', 'COUNT#starts#1', 'MISSES', 'COUNTED'];
    for (const sk of kept) await table.putNew({ pk: playerId, sk, n: 1 });
    await forget();
    for (const sk of kept) expect(await table.get({ pk: playerId, sk }), sk).toMatchObject({ n: 1 });
    expect(await other.left()).toHaveLength(1);
  });

  it.each(['ACTIVATING', 'ACTIVE', 'CONNECTED', 'PENDING_CLIENT_RECONNECTION', 'RECONNECTING'] as const)(
    'is refused while one session is %s: its player would lose the way back',
    async (status) => {
      const { forget, events, left } = await player([{}, { status, streamSessionId: 'live-one' }, {}]);
      await expect(forget()).rejects.toMatchObject({
        code: 'session_still_live',
        message: "The player's stream session sg-1/live-one may be live; end it first.",
        extras: { streamSessionStatus: status },
      });
      expect(events).toEqual(['metric', 'record session_still_live']);
      expect(await left()).toHaveLength(3);
    },
  );

  it('is not refused for a session that is past its length, whatever was last seen of it', async () => {
    const { forget, left } = await player([{ status: 'CONNECTED', createdAt: NOW - 4 * 3_600_000 }]);
    expect(await forget()).toBe(1);
    expect(await left()).toEqual([]);
  });

  it('is a success for a player whom nobody knows, and again after a success', async () => {
    const { forget } = await player([{}]);
    expect([await forget(), await forget()]).toEqual([1, 0]);
  });

  it('does not happen without a record', async () => {
    const write = () => Promise.reject(new Problem('upstream_unavailable', 'down'));
    const { forget, left } = await player([{}], { audit: { write } });
    await expect(forget()).rejects.toThrow();
    expect(await left()).toHaveLength(1);
  });

  it('is recorded where the table does not answer, and deletes nothing', async () => {
    const failure = new Problem('upstream_unavailable', 'down');
    const remove = () => Promise.reject(new Error('not to be called'));
    const { forget, events } = await player([], {
      sessions: { list: () => Promise.reject(failure), remove },
    });
    await expect(forget()).rejects.toBe(failure);
    expect(events).toEqual(['metric', 'record upstream_unavailable']);
  });

  it('leaves a record under the player, apart from the records of sessions', async () => {
    const { playerId, forget } = await player([{}], { audit: tableAudit(table) });
    await forget();
    expect(await table.query(`PLAYER#${playerId}`, '2027')).toMatchObject([
      { action: 'forget', userId: playerId, reason: REASON, outcome: 'requested', operator: 'o' },
    ]);
  });
});

describe('a record that was deleted', () => {
  it('is not brought back by a status that a slower function writes', async () => {
    const { playerId, forget, left } = await player([{ streamSessionId: 'slow' }]);
    await forget();
    const key = { playerId, streamGroupId: 'sg-1', streamSessionId: 'slow' };
    await sessionTable(table).writeStatus(key, { status: 'TERMINATED', statusAt: NOW });
    expect(await left()).toEqual([]);
  });
});

describe('the rate of forgetting', () => {
  it('has the limits of shells, is counted by itself, and ends before anything is deleted', async () => {
    const now = (32_000_000 + randomInt(1_000_000)) * 60_000 + 45_000;
    const settings = { adminShell: { perOperatorPerMinute: 1, perMinute: 100 } };
    const { forget, events, counters, left } = await player([{}, {}], { settings, now: () => now });
    const ann = randomUUID();
    expect(await counters.spend(`OPERATOR#${ann}`, 'terminate', 1, 60_000, now)).toBe(0);
    expect(await code(forget(ann))).toBe('none');
    events.length = 0;
    await expect(forget(ann)).rejects.toMatchObject({
      code: 'too_many_requests',
      message: "This operator has deleted players' records too often.",
      extras: { retryAfterMs: 15_000 },
    });
    expect(events).toEqual([]);
    expect(await left()).toEqual([]);
  });

  it('that cannot be counted deletes nothing', async () => {
    const { forget, events } = await player([{}], {
      counters: { spend: () => Promise.reject(refusal('internal')) },
    });
    await expect(forget()).rejects.toThrow();
    expect(events).toEqual([]);
  });
});
