import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RefusedWrites } from '../../bench/cost/refused-writes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-test-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs a bench by its command line. @returns the JSON on its last line */
async function bench(name: string, ...options: string[]) {
  const svg = join(directory, `${name}.svg`);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['bench/main.ts', name, ...options, '--json', '--svg', svg],
    { cwd: root },
  );
  expect(existsSync(svg) && readFileSync(svg, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

describe('the JSON on the last line', () => {
  it('of coldstart has every import and the first reconnect, in milliseconds', async () => {
    const figures = await bench('coldstart', '--runs', '1', '--waits', '1');
    const imports = ['emptyMs', 'rejoinMs', 'plainBundleMs', 'unbundledMs'];
    const firstCalls = ['rejoinFirstCallMs', 'plainBundleFirstCallMs', 'unbundledFirstCallMs'];
    expect(Object.keys(figures)).toEqual([...imports, ...firstCalls, 'bundleKB', 'waits']);
    expect(figures.emptyMs).toBeGreaterThan(0);
    // The first reconnect comes on top of an import.
    for (const name of firstCalls) expect(figures[name]).toBeGreaterThan(figures.emptyMs);
    const { reconnect, paced, memoryMb } = figures.waits;
    expect(memoryMb).toBe(512);
    expect(Object.keys(reconnect)).toEqual(['rejoin', 'plainBundle', 'unbundled']);
    expect(Object.keys(paced)).toEqual(['rejoin']);
    for (const wait of [reconnect.rejoin, paced.rejoin]) {
      expect(wait.answerCpuMs).toBeGreaterThan(0);
      expect(wait.togetherMs).toBeCloseTo(wait.initMs + wait.answerMs, 0);
    }
  });

  it('of overhead has the CPU of both sides, whose calls all succeeded', async () => {
    const figures = await bench('overhead', '--rounds', '1');
    expect(Object.keys(figures)).toEqual(['rejoinCpuUs', 'bareCpuUs', 'ratio']);
    expect(figures.bareCpuUs).toBeGreaterThan(0);
    expect(figures.ratio).toBeCloseTo(figures.rejoinCpuUs / figures.bareCpuUs, 2);
  });

  it('of cost has dollars, and everything that they rest on', async () => {
    const size = ['--reconnects', '2', '--players', '5', '--aws-latency', '20'];
    const { calm, storm, assumptions } = await bench('cost', ...size);
    expect(calm).toBeGreaterThan(0);
    expect(storm).toBeGreaterThan(0);
    const { measured } = assumptions;
    expect(measured.calm.players).toBe(2);
    expect(measured.calm.httpRequests).toBeGreaterThanOrEqual(1);
    // Two writes, one of which stores the answer, and one eventually consistent read of the admission queue.
    expect(measured.calm.writeUnits).toBeGreaterThan(2);
    expect(measured.calm.readUnits).toBeGreaterThan(0);
    expect(measured.calm.billedMs).toBeGreaterThanOrEqual(20);
    expect(measured.storm.players).toBe(5);
    // A refusal that brings the item spares the read, and nothing else.
    for (const { withItem, withRead } of Object.values<RefusedWrites>(assumptions.refusedWrites)) {
      expect(withItem).toMatchObject({ requests: 1, reads: 0 });
      expect(withRead).toMatchObject({ requests: 2, writes: withItem.writes });
      expect(withRead.reads).toBeGreaterThan(0);
    }
    const { measuredMs, rows, model } = assumptions.memory;
    expect(model).toContain('is calculated, not measured in Lambda');
    // AWS was made to take 20 ms.
    expect(measuredMs.warm.waitMs).toBeGreaterThanOrEqual(15);
    for (const cpu of [measuredMs.initMs, measuredMs.cold.ownMs, measuredMs.warm.ownMs]) {
      expect(cpu).toBeGreaterThan(0);
    }
    expect(rows.map(({ memoryMb }: { memoryMb: number }) => memoryMb)).toEqual([256, 512, 1024, 1769]);
  });
});
