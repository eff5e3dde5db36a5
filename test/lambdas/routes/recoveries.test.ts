import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { playerSchemas } from '../../../contract/schemas/player.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import type { LogFields } from '../../../lambdas/observability/logs.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { feltBy, type Recovery, requireRecovery } from '../../../lambdas/routes/recoveries/recovery.ts';
import { reportRecovery } from '../../../lambdas/routes/recoveries/report.ts';
import { schemaErrors } from '../../openapi/json-schema-check.ts';
import { code, sharedTable } from '../broker.ts';

const real = sharedTable();
const streamGroups = [{ id: 'sg-1' }];
const REPORT = {
  outcome: 'replaced',
  why: 'silence',
  silentMs: 4200,
  attempts: 2,
  agoMs: 60_000,
} as const;
const SESSION = { streamGroupId: 'sg-1', streamSessionId: 's-1' };
const GIVEN_UP = { ...REPORT, outcome: 'given_up', ending: 'expired' } as const;

const read = (report: object) => requireRecovery(JSON.stringify(report));
const refusal = (report: object) => {
  try {
    read(report);
  } catch (error) {
    return (error as Error).message;
  }
  return expect.unreachable('The report was accepted.');
};

/** A sandbox of the function, and what it has logged. */
function sandbox(at = Date.UTC(2026, 0, 1)) {
  const clock = { now: at };
  const lines: { level: string; step: string; fields: LogFields }[] = [];
  const logAt = (level: string) => (step: string, fields: LogFields) => {
    lines.push({ level, step, fields });
  };
  const log = { info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
  const deps = { streamGroups, counters: tableWindowCounters(real.table), now: () => clock.now, log };
  const report = async (playerId: string, body: object = REPORT, ids: object = {}) => {
    const metrics = newRequestMetrics();
    const answer = await code(
      reportRecovery({ playerId, ...SESSION, ...ids, body: JSON.stringify(body), metrics }, deps),
    );
    return { answer, felt: metrics.felt };
  };
  return { clock, lines, report };
}

describe("a player's report of a recovery", () => {
  it('becomes one log line with the words of the protocol and numbers, and nothing else', async () => {
    const { report, lines } = sandbox();
    expect(await report(randomUUID(), GIVEN_UP)).toEqual({ answer: 'none', felt: 'neverBack' });
    expect(lines).toEqual([{ level: 'info', step: 'recovery', fields: GIVEN_UP }]);
  });

  it.each<[string, Partial<Recovery>, unknown]>([
    ['healed: the time without a picture', { outcome: 'healed' }, { backAfterMs: 4200 }],
    ['replaced: the time without a picture', {}, { backAfterMs: 4200 }],
    ['given up, as the time was over: never back', { outcome: 'given_up', ending: 'expired' }, 'neverBack'],
    ['given up, as the API refused: never back', { outcome: 'given_up', ending: 'refused' }, 'neverBack'],
    ['given up by a player who left: left', { outcome: 'given_up', ending: 'closed' }, 'left'],
    ['given up for another device: left', { outcome: 'given_up', ending: 'taken_over' }, 'left'],
  ])('counts as what it says, %s', (_what, more, felt) => {
    expect(feltBy(read({ ...REPORT, ...more }))).toEqual(felt);
  });
});

describe('a player who lies', () => {
  it.each([
    ['more than ten minutes', { silentMs: 1e12, agoMs: 1e300 }, { silentMs: 600_000, agoMs: 600_000 }],
    ['a negative time', { silentMs: -1, agoMs: -1e9 }, { silentMs: 0, agoMs: 0 }],
    ['a time that is no whole number', { silentMs: 1234.5678 }, { silentMs: 1235 }],
    ['a million attempts', { attempts: 1e6 }, { attempts: 1000 }],
  ])('and says %s is clamped', (_what, lie, kept) => {
    expect(read({ ...REPORT, ...lie })).toEqual({ ...REPORT, ...kept });
  });

  it('and says infinity is clamped: JSON can hold a number that large', () => {
    const body = JSON.stringify(REPORT).replace('4200', '1e999');
    expect(requireRecovery(body).silentMs).toBe(600_000);
  });

  it.each([
    ['an unknown field', { ...REPORT, note: 'x' }, /^note: is not a field/],
    ['a field of our own log', { ...REPORT, playerId: 'somebody' }, /^playerId: is not a field/],
    ['an unknown outcome', { ...REPORT, outcome: 'won' }, /^outcome: /],
    ['a word that every object has', { ...REPORT, outcome: 'constructor' }, /^outcome: /],
    ['an unknown loss', { ...REPORT, why: 'cat' }, /^why: /],
    ['an unknown end', { ...GIVEN_UP, ending: 'cat' }, /^ending: /],
    ['no end where it was given up', { ...REPORT, outcome: 'given_up' }, /^ending: /],
    ['an end where it came back', { ...REPORT, ending: 'expired' }, /^ending: /],
    ['a time as text', { ...REPORT, silentMs: '4200' }, /^silentMs: /],
    ['no time', { ...REPORT, silentMs: null }, /^silentMs: /],
    ['a list', [REPORT], /^body: /],
  ])('and sends %s is refused by the name of the field', (_what, report, complaint) => {
    expect(refusal(report)).toMatch(complaint);
  });

  it.each([
    ['a stream group of somebody else', { streamGroupId: 'sg-2' }],
    ['an id with a line break', { streamSessionId: 's\n{"level":"ERROR"}' }],
    ['no id', { streamSessionId: undefined }],
  ])('and names %s is refused', async (_what, ids) => {
    const { report, lines } = sandbox();
    expect(await report(randomUUID(), REPORT, ids)).toEqual({ answer: 'invalid_request', felt: undefined });
    expect(lines).toEqual([]);
  });

  it('leaves nothing in the log or the metrics by a report that is refused', async () => {
    const { report, lines } = sandbox();
    expect(await report(randomUUID(), { ...REPORT, why: 'cat' })).toEqual({
      answer: 'invalid_request',
      felt: undefined,
    });
    expect(lines).toEqual([]);
  });

  it('and asks from many sandboxes at once is heard four times in each minute of the clock', async () => {
    const playerId = randomUUID();
    const sandboxes = Array.from({ length: 10 }, () => sandbox());
    const answers = await Promise.all(
      sandboxes.flatMap(({ report }) => [report(playerId), report(playerId)]),
    );
    expect(answers.filter(({ answer }) => answer === 'none')).toHaveLength(4);
    expect(answers.filter(({ answer }) => answer === 'too_many_requests')).toHaveLength(16);
    expect(sandboxes.flatMap(({ lines }) => lines)).toHaveLength(4);

    const [first = expect.unreachable()] = sandboxes;
    first.clock.now += 60_000;
    expect((await first.report(playerId)).answer).toBe('none');
  });

  it('takes nothing from another player, and malformed reports are not counted', async () => {
    const { report } = sandbox();
    const [liar, honest] = [randomUUID(), randomUUID()];
    for (let count = 0; count < 6; count++) await report(liar, { ...REPORT, why: 'cat' });
    for (let count = 0; count < 4; count++) expect((await report(liar)).answer).toBe('none');
    expect((await report(liar)).answer).toBe('too_many_requests');
    expect((await report(honest)).answer).toBe('none');
  });

  it('can write no item but its own count: not even where its id looks like the key of a session', async () => {
    const keys: string[] = [];
    const watching = {
      ...real.table,
      update: (...args: Parameters<typeof real.table.update>) => {
        keys.push(args[0].pk);
        return real.table.update(...args);
      },
    };
    const log = { info() {}, warn() {}, error() {} };
    const deps = { streamGroups, counters: tableWindowCounters(watching), now: () => 0, log };
    const request = {
      playerId: 'SESSION#1',
      ...SESSION,
      body: JSON.stringify(REPORT),
      metrics: newRequestMetrics(),
    };
    await reportRecovery(request, deps);
    const prefix = playerRoutes.find(({ name }) => name === 'recoveries')?.grants[0]?.onlyItemsOf;
    expect(keys).toEqual([`${prefix}SESSION#1`]);
  });
});

describe('the schema of a report', () => {
  const words = (...known: readonly unknown[]) => fc.constantFrom(...known, 'constructor', null, 1);
  const reports = fc.record(
    {
      outcome: words('healed', 'replaced', 'given_up', 'given_up'),
      why: words('silence', 'frozen', 'server_disconnect'),
      ending: words('closed', 'expired', 'aborted'),
      silentMs: fc.oneof(fc.double(), fc.integer(), fc.string()),
      attempts: fc.oneof(fc.integer(), fc.constant(null)),
      agoMs: fc.oneof(fc.integer(), fc.constant([])),
      more: fc.constant(1),
    },
    { requiredKeys: ['why', 'attempts', 'outcome'] },
  );

  it('accepts and refuses what the function does', () => {
    fc.assert(
      fc.property(reports, (generated) => {
        const report = JSON.parse(JSON.stringify(generated));
        const accepted = (() => {
          try {
            read(report);
            return true;
          } catch {
            return false;
          }
        })();
        const fits = schemaErrors(playerSchemas, playerSchemas.RecoveryReport, report).length === 0;
        expect(fits, JSON.stringify(report)).toBe(accepted);
      }),
      { numRuns: 2000 },
    );
  });
});
