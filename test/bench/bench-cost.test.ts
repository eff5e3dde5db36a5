import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costArguments } from '../../bench/cost/arguments.ts';
import { itemBytes, readUnits, unitCounter, writeUnits } from '../../bench/cost/capacity.ts';
import { billOf, perPlayer, sumOf } from '../../bench/cost/figures.ts';
import { AWS_LINES_BYTES, lineBytes } from '../../bench/cost/log-lines.ts';
import { FULL_CORE_MB, memoryReport, memoryRows } from '../../bench/cost/memory.ts';
import { MONITORING, MONITORING_DOLLARS } from '../../bench/cost/monitoring.ts';
import { monthOf, monthReport } from '../../bench/cost/month.ts';
import { COGNITO, PRICES, PROVISIONED_CONCURRENCY, TRACES } from '../../bench/cost/prices.ts';
import { refusedWritesReport } from '../../bench/cost/refused-writes.ts';
import { benchmarksPage, withSection } from '../../bench/page.ts';

const USAGE = {
  players: 100,
  httpRequests: 200,
  billedMs: 40_000,
  writeUnits: 700,
  readUnits: 50,
  logBytes: 100_000,
  answerBytes: 500_000,
  awsCalls: 110,
};

describe('the bill for a million players', () => {
  it('is the prices times what each of them used', () => {
    const bill = billOf(USAGE, 512);
    expect(bill.httpApiRequests).toBeCloseTo(2 * PRICES.httpApiRequests.dollars);
    expect(bill.lambdaRequests).toBeCloseTo(0.4);
    // 0.4 s at half a GB, a million times.
    expect(bill.lambdaDuration).toBeCloseTo(200_000 * 0.0000133334);
    expect(bill.tableWrites).toBeCloseTo(7 * 0.625);
    expect(bill.tableReads).toBeCloseTo(0.5 * 0.125);
    // 1 KB a player is 1 GB a million; 5 KB are 5 GB.
    expect(bill.logs).toBeCloseTo(0.5);
    expect(bill.transferOut).toBeCloseTo(0.45);
    expect(sumOf(bill)).toBe(10.45);
    expect(perPlayer(USAGE)).toMatchObject({ httpRequests: 2, awsCalls: 1.1, billedMs: 400 });
  });

  it('rests on prices that each have a source and a date', () => {
    const monthly = [PROVISIONED_CONCURRENCY, TRACES, COGNITO, ...Object.values(MONITORING)];
    for (const { dollars, source, asOf } of [...Object.values(PRICES), ...monthly]) {
      expect(dollars).toBeGreaterThan(0);
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/.*pricing/);
      expect(asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });
});

describe('a month', () => {
  const nothing = {
    players: 1,
    httpRequests: 1,
    billedMs: 9_999,
    writeUnits: 0,
    readUnits: 0,
    logBytes: 0,
    answerBytes: 0,
  };
  const idle = { ...nothing, awsCalls: 0 };
  const session = { sessions: idle, start: { ...idle, awsCalls: 1 }, status: idle, report: idle, end: idle };
  const step = { ownMs: (40 * 1024) / FULL_CORE_MB, waitMs: 0 };
  const measured = {
    calm: { ...nothing, awsCalls: 1 },
    session,
    memoryMb: 1024,
    cpu: { initMs: 0, cold: step, warm: step },
  };
  const month = (players: number, losses = 1) =>
    monthOf(players, { habits: { sessions: 10, losses }, awsLatencyMs: 200 }, measured);

  it('has a list, a start, ten polls, an end, and for each loss a reconnect and a report in every session', () => {
    expect(month(1000).requests).toBe(1000 * 10 * 15);
    expect(month(1000, 0).requests).toBe(1000 * 10 * 13);
    expect(month(1000, 3).requests).toBe(1000 * 10 * 19);
  });

  it('bills the time of AWS, the table and the function by what they take, not by how busy the machine was', () => {
    // 50 ms of the function and the table each, and 200 ms of AWS for a start and a reconnect; 1 GB.
    const [seconds, requests] = [10_000 * (15 * 0.05 + 2 * 0.2), 150_000];
    const { lambdaDuration, lambdaRequests, httpApiRequests } = PRICES;
    const perRequest = (lambdaRequests.dollars + httpApiRequests.dollars) / 1_000_000;
    expect(month(1000).use).toBeCloseTo(seconds * lambdaDuration.dollars + requests * perRequest, 1);
  });

  it('adds up, and bills players of Cognito past the free ones', () => {
    expect([1000, 10_000, 100_000].map((players) => month(players).cognito)).toEqual([0, 0, 1350]);
    const { use, traces, monitoring, cognito, together } = month(100_000);
    expect(monitoring).toBe(MONITORING_DOLLARS);
    expect(together).toBeCloseTo(use + traces + monitoring + cognito);
  });

  it('has every trace of a calm game, and one of 20 beyond one a second', () => {
    expect(month(1000).traces).toBe(0.75);
    // 10 million polls a month, of which one a second is traced, and 5 % of the others; a million of each other request.
    const polls = 2_628_000 + (10_000_000 - 2_628_000) * 0.05;
    expect(month(100_000).traces).toBeCloseTo(((polls + 5_000_000) / 1_000_000) * TRACES.dollars, 1);
  });

  it('is told with what it rests on', () => {
    const report = monthReport([month(1000), month(10_000)], { sessions: 10, losses: 1 });
    expect(report).toMatch(/^players +1,000 +10,000$/m);
    expect(report).toContain('10 sessions in the month');
    expect(report).toContain('Not included: GameLift Streams itself');
  });

  it('is tabled in docs/costs.md at the price of a reconnect that docs/benchmarks.md has, with sums that add up', () => {
    const [costs = '', benchmarks = ''] = ['costs', 'benchmarks'].map((name) =>
      readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'),
    );
    const [, calm = ''] = /^total +([\d.]+) +[\d.]+$/m.exec(benchmarks) ?? [];
    expect(costs).toContain(`$${calm} a million`);
    const [, table = ''] = costs.split('<!-- month: held to the bench of costs by the tests -->\n');
    const rows = (table.split('\n\n')[0] ?? '').split('\n').slice(2);
    const months = [1000, 10_000, 100_000].map((players) => {
      const { requests, traces, monitoring, cognito } = month(players);
      const use = Number(((requests / 1_000_000) * Number(calm)).toFixed(2));
      const own = use + traces + monitoring;
      return { requests, dollars: [use, traces, monitoring, cognito, own + cognito, own] };
    });
    const inDollars = (value: number) =>
      `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
    expect(rows.map((row) => row.slice(2, -2).replaceAll('*', '').split(' | ').slice(1))).toEqual([
      months.map(({ requests }) => requests.toLocaleString('en-US')),
      ...[0, 1, 2, 3, 4, 5].map((part) => months.map(({ dollars }) => inDollars(dollars[part] ?? 0))),
    ]);
  });
});

describe('the lines of log', () => {
  it('are billed with CloudWatch’s addition to each, and with Lambda’s and API Gateway’s own lines', () => {
    expect(lineBytes('äb')).toBe(3 + 26);
    expect(AWS_LINES_BYTES).toBeGreaterThan(4 * 26 + 500);
    expect(AWS_LINES_BYTES).toBeLessThan(1000);
  });
});

describe('what memory would buy', () => {
  // 17.69 ms of a core are 100 ms of a tenth of one.
  const cpu = {
    initMs: 40,
    cold: { ownMs: 48.45, waitMs: 250 },
    warm: { ownMs: 17.69, waitMs: 200 },
  };
  const rows = memoryRows(cpu);
  const row = (memoryMb: number) => rows.find((each) => each.memoryMb === memoryMb);

  it('is less CPU time with a larger share of a core, and no less waiting', () => {
    expect(rows.map(({ memoryMb, share }) => [memoryMb, share])).toEqual([
      [256, 0.14],
      [512, 0.29],
      [1024, 0.58],
      [1769, 1],
    ]);
    expect(row(1769)).toMatchObject({ warm: { ownMs: 17.7 }, cold: { ownMs: 88.5 } });
    expect(row(256)).toMatchObject({ warm: { ownMs: 122.2 }, cold: { ownMs: 374.8 } });
  });

  it('is billed by memory and time together, so half the memory is not half the price', () => {
    // A second at one GB costs 13.3334 dollars a million times; 231 ms of it, and 374 of a cold start.
    expect(row(1024)?.warm.dollars).toBeCloseTo(13.3334 * (0.2 + 0.01769 / 0.57886), 2);
    expect(row(1024)?.cold.dollars).toBeCloseTo(13.3334 * (0.25 + 0.04 + 0.04845 / 0.57886), 2);
    expect((row(512)?.warm.dollars ?? 0) / (row(1024)?.warm.dollars ?? 1)).toBeGreaterThan(0.55);
  });

  it('costs most as provisioned concurrency, which is billed all month', () => {
    expect(rows.map(({ keptReadyDollars }) => keptReadyDollars)).toEqual([2.19, 4.38, 8.76, 15.13]);
  });

  it('costs what docs/settings.md says, at a price of the same day', () => {
    const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
    const [, chapter = ''] = page.split('## Provisioned concurrency\n');
    const { dollars, asOf } = PROVISIONED_CONCURRENCY;
    for (const figure of [`$${dollars.toFixed(10)} a GB-second`, asOf]) expect(chapter).toContain(figure);
    for (const { memoryMb, keptReadyDollars } of rows) {
      expect(chapter).toMatch(new RegExp(`${keptReadyDollars}( dollars a month)? with\\s${memoryMb}\\b`));
    }
  });

  it('says beside its figures that they are calculated, and from what', () => {
    const printed = memoryReport(cpu);
    for (const word of ['122.2 ms', '17.7 ms for a warm', 'calculated, not measured in Lambda', '1769 MB']) {
      expect(printed).toContain(word);
    }
  });
});

describe('the units of the table', () => {
  it('count an item as DynamoDB does: names and values, three bytes for a list or map and one an entry', () => {
    expect(itemBytes({ pk: { S: 'äb' } })).toBe(5);
    expect(itemBytes({ n: { N: '1795314852131' } })).toBe(1 + 8);
    expect(itemBytes({ l: { L: [{ S: 'ab' }, { S: 'c' }] } })).toBe(1 + 3 + 3 + 2);
    expect(itemBytes({ m: { M: { a: { BOOL: true } } } })).toBe(1 + 3 + 1 + 2);
    expect(itemBytes({ s: { SS: ['ab', 'c'] } })).toBe(1 + 3);
    expect(() => itemBytes({ s: { NS: ['1'] } })).toThrow('NS');
  });

  it('are billed for the larger of before and after, and for an absent item too', () => {
    expect(writeUnits(0, 0)).toBe(1);
    expect(writeUnits(5000, 100)).toBe(5);
    expect(writeUnits(100, 1025)).toBe(2);
    expect(readUnits(0, false)).toBe(0.5);
    expect(readUnits(4097, true)).toBe(2);
  });

  it('are known even where the table does not answer with the item', async () => {
    const count = unitCounter(async () => ({ a: { S: 'x'.repeat(3000) } }));
    const update = (response: string) => ({
      target: 'DynamoDB_20120810.UpdateItem',
      path: '/',
      request: JSON.stringify({ TableName: 't', Key: { pk: { S: 'p' } } }),
      response,
      status: 200,
      at: 0,
    });
    const small = JSON.stringify({ Attributes: { a: { S: 'x' } } });
    expect(await count([update(small)])).toEqual({ writes: 1, reads: 0 });
    expect(await count([update('')])).toEqual({ writes: 3, reads: 0 });
    // Smaller now, but large before.
    expect(await count([update(small)])).toEqual({ writes: 3, reads: 0 });
  });
});

describe('what a refused write costs', () => {
  it('is told beside the read that it spares, with the price of both', () => {
    const withItem = { requests: 1, writes: 3, reads: 0 };
    const kind = { withItem, withRead: { requests: 2, writes: 3, reads: 1 } };
    const lines = refusedWritesReport({ replay: kind, conflict: kind }).split('\n');
    expect(lines.filter((line) => /units/.test(line))).toEqual([
      expect.stringMatching(/3\+0 +3\+1$/),
      expect.stringMatching(/3\+0 +3\+1$/),
    ]);
    expect(lines.filter((line) => /dollars/.test(line))[0]).toMatch(/1\.88 +2\.00$/);
  });
});

describe('the cost is measured', () => {
  it('with the documented sizes by default', () => {
    expect(costArguments([])).toEqual({
      reconnects: 60,
      players: 200,
      awsLatencyMs: 200,
      json: false,
      habits: { sessions: 10, losses: 1 },
      svg: 'docs/cost.svg',
    });
  });

  it.each([
    ['--reconnects', '0'],
    ['--players', '2001'],
    ['--aws-latency', '4001'],
    ['--sessions', '0'],
  ])('not with %s %s', (option, value) => {
    expect(() => costArguments([option, value])).toThrow(`${option} takes a whole number from 1 to`);
  });
});

describe('the page of all benches', () => {
  const occasion = { machine: '2 × Processor', date: '2026-11-22' };

  it('links the pictures beside it, and shows what was printed', () => {
    const output = 'figures\n42\nDrawn: docs/cost.svg\n';
    const page = benchmarksPage([{ name: 'cost', summary: 'dollars', output }], occasion);
    expect(page).toContain('![cost: dollars](cost.svg)');
    expect(page).toContain('```text\nfigures\n42\n```');
    expect(page).toContain('on 2026-11-22: 2 × Processor');
  });

  it('gets one part replaced, with its machine and date, and keeps the others', () => {
    const names = ['cost', 'overhead', 'storm'];
    const before = benchmarksPage(
      names.map((name) => ({ name, summary: `the ${name}`, output: `${name} before` })),
      occasion,
    );
    for (const name of names) {
      const anew = { machine: 'another machine', date: '2027-01-01' };
      const page = withSection(before, { name, summary: `the ${name}`, output: `${name} anew` }, anew);
      expect(page).toContain(
        `The ${name}: \`npm run bench -- ${name}\`. Measured on 2027-01-01: another machine.`,
      );
      const restored = page
        .replace(' Measured on 2027-01-01: another machine.', '')
        .replace('anew', 'before');
      expect(restored).toBe(before);
    }
  });

  it('that lacks a part refuses to replace it', () => {
    const page = benchmarksPage([{ name: 'cost', summary: 'dollars', output: '' }], occasion);
    expect(() => withSection(page, { name: 'storm', summary: '' }, occasion)).toThrow(/no part "storm"/);
  });

  it('says why a failed bench has no figures', () => {
    const page = benchmarksPage([{ name: 'recovery', summary: 'frames', failure: 'No browser.' }], occasion);
    expect(page).toContain('Not measured: No browser.');
  });
});
