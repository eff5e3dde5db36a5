import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PLAYERS = 60;
const QUOTA = 20;

interface Figures {
  saved: number;
  lastSeconds: number;
  floorSeconds: number;
  awsCallsPerPlayer: number;
  httpRequestsPerPlayer: number;
}

let directory: string;
let stdout: string;
let stderr: string;
let result: { players: number; quota: number; policies: Record<string, Figures> };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-test-'));
  const size = ['--players', String(PLAYERS), '--quota', String(QUOTA)];
  const args = ['bench/main.ts', 'storm', ...size, '--json', '--svg', join(directory, 'storm.svg')];
  ({ stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root }));
  result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a small storm', () => {
  it('brings every Rejoin player back, with more than one call each only where AWS throttled', () => {
    expect(result.policies.rejoin).toMatchObject({ saved: PLAYERS, floorSeconds: PLAYERS / QUOTA });
    expect(result.policies.rejoin?.awsCallsPerPlayer).toBeGreaterThanOrEqual(1);
    expect(result.policies.rejoin?.httpRequestsPerPlayer).toBeGreaterThanOrEqual(1);
  });

  // How many it saves depends on the machine: on a slow one players come so late that AWS throttles none.
  it('costs the SDK alone one to three calls and one request a player', () => {
    expect(result.policies.sdk?.saved).toBeGreaterThanOrEqual(QUOTA);
    expect(result.policies.sdk?.httpRequestsPerPlayer).toBe(1);
    expect(result.policies.sdk?.awsCallsPerPlayer).toBeGreaterThanOrEqual(1);
    expect(result.policies.sdk?.awsCallsPerPlayer).toBeLessThanOrEqual(3);
  });

  it('is measured for all three policies, with one JSON object on the last line', () => {
    expect(Object.keys(result)).toEqual(['players', 'quota', 'policies']);
    expect(result).toMatchObject({ players: PLAYERS, quota: QUOTA });
    expect(Object.keys(result.policies)).toEqual(['rejoin', 'sdk', 'sdkBackoff']);
    for (const figures of Object.values(result.policies)) {
      expect(Object.keys(figures)).toEqual([
        'saved',
        'lastSeconds',
        'floorSeconds',
        'awsCallsPerPlayer',
        'httpRequestsPerPlayer',
        'waitP50',
        'waitP99',
        'billedMsPerPlayer',
        'refusedCallsPerPlayer',
        'statusRequestsPerPlayer',
        'overloadedRequests',
      ]);
    }
  });

  it('is drawn, printed as a table, and shows progress', () => {
    expect(readFileSync(join(directory, 'storm.svg'), 'utf8')).toContain(`Rejoin: ${PLAYERS} back, `);
    expect(stdout).toMatch(/^players back +60 \(100 %\)/m);
    expect(stderr).not.toBe('');
  });

  it('prints no token, no offer and no key', () => {
    expect(stdout + stderr).not.toMatch(/eyJ|v=0|AKIA|Bearer/);
  });
});
