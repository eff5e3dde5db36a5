import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runScript, startScript } from '../scripts.ts';
import { failuresOf } from './report.ts';
import { type SoakOptions, soak } from './soak.ts';

const some = { minutes: 5, players: 6, seed: 1 } as const;

/** No answer of AWS arrives, and AWS takes every offer, also a used one: what a token must be good for shows at the first repeated request. */
const lostAnswers: SoakOptions['plan'] = [
  {
    at: 0,
    fault: { kind: 'awsChoice', settings: { reusedOffer: 'accept', connectWhileConnected: 'accept' } },
  },
  {
    at: 0,
    fault: {
      kind: 'aws',
      fault: { operation: 'CreateStreamSessionConnection', kind: 'lostResponse', count: 100_000 },
    },
  },
];

describe.skipIf(!existsSync('/proc/self/fd'))('a soak', () => {
  test('npm run soak -- --minutes 10 has a short form that breaks no promise, and counts what it did', async () => {
    const { code, stdout, stderr } = await runScript(
      'npm run --silent soak -- --minutes 0.25 --players 6 --json',
    );
    expect(stdout, stderr).toMatch(/^\{.*\}\n$/);
    const result = JSON.parse(stdout);
    expect(result.failures).toEqual([]);
    expect(code).toBe(0);
    expect(result).toMatchObject({ players: 6, seed: 1, interrupted: false, violations: {} });
    expect(result.accepted).toBeGreaterThan(0);
    expect(result.answers['201']).toBeGreaterThan(0);
    expect(Object.keys(result.faults).length).toBeGreaterThan(0);
    expect(Object.keys(result.processes)).toContain('reconnect function');
  });

  test('finds a function that sends AWS a random client token: one offer becomes two connections', async () => {
    const found = new AbortController();
    const result = await soak({
      ...some,
      stop: found.signal,
      plan: lostAnswers,
      plant: { from: '"connection",[', to: '"connection",[String(Math.random()),' },
      onViolation: (promise) => {
        if (promise === 'double connection') found.abort();
      },
    });
    expect(failuresOf(result).join('\n')).toMatch(/double connection.*\n +AWS made 2 connections of/);
    expect(result.interrupted).toBe(true);
  });

  test('prints the counts so far after Ctrl-C, and leaves no process behind', async () => {
    const child = startScript('npm run --silent soak -- --minutes 60 --players 2 --json');
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (data) => {
      stdout += data;
    });
    child.stderr?.on('data', (data) => {
      stderr += data;
      // The players play.
      if (/\d+ requests/.test(stderr) && child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ interrupted: true, players: 2, failures: [] });
    expect(result.requests).toBeGreaterThan(0);
    expect(code).toBe(130);
    expect(() => process.kill(-(child.pid ?? 0), 0)).toThrow(/ESRCH/);
  });
});
