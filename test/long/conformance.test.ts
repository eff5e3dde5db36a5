import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../emulator/model/settings.ts';
import { inChromium } from '../browser/in-chromium.ts';
import { type Deployed, deploy, eventually } from '../e2e/harness.ts';

const root = join(import.meta.dirname, '..', '..');

/** Slow enough that a call meets each status on its way, on any machine. */
const SLOW = { activationSeconds: 10, readySeconds: 15, terminatingSeconds: 10 };
const ON_THE_WAY = {
  connectWhileActivating: 'ValidationException',
  connectWhileReconnecting: 'ValidationException',
  connectWhileTerminating: 'ValidationException',
};

/** The settings that every run finds out, as they are by default. */
const AS_IT_IS = {
  connectWhileConnected: 'ConflictException',
  oldPeerAfterLoss: 'dead',
  repeatAnswer: true,
  signalResponseAfterReconnect: 'newest',
  reusedOffer: 'ValidationException',
  connectWhenFinished: 'ConflictException',
  terminateWhenFinished: 'accept',
};
const accepting = { ...AS_IT_IS, connectWhileConnected: 'accept' };

inChromium('npm run conformance', () => {
  let deployed: Deployed;
  beforeAll(async () => {
    deployed = await deploy();
  });
  afterAll(() => deployed?.close());

  const run = (...args: string[]) => {
    const output = join(deployed.directory, 'conformance.json');
    const main = join(root, 'operator', 'conformance', 'main.ts');
    const local = ['--local', '--directory', deployed.directory, '--losses', '1', '--output', output];
    const child = spawn(process.execPath, [main, ...local, ...args], { cwd: root });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const ended = once(child, 'close').then(([status]) => ({
      status: status as number,
      stderr,
      result: JSON.parse(readFileSync(output, 'utf8')) as {
        complete: boolean;
        settings: Record<string, unknown>;
      },
    }));
    return { child, ended };
  };
  const settings = (change: object) =>
    deployed.control('PUT', 'settings', { ...DEFAULT_SETTINGS, ...change });
  const statuses = async () =>
    ((await deployed.control('GET', 'streamsessions')) as { status: string }[]).map(({ status }) => status);

  it.each([
    ['as they are by default', AS_IT_IS, {}],
    [
      'where AWS refuses with other errors, and the old connection answers ICE checks alone',
      {
        ...ON_THE_WAY,
        connectWhileConnected: 'ValidationException',
        oldPeerAfterLoss: 'stunOnly',
        repeatAnswer: false,
        signalResponseAfterReconnect: 'first',
        reusedOffer: 'ConflictException',
        connectWhenFinished: 'ResourceNotFoundException',
        terminateWhenFinished: 'ValidationException',
      },
      SLOW,
    ],
    [
      'where the old connection streams again, and an offer may be used again',
      {
        ...AS_IT_IS,
        oldPeerAfterLoss: 'resumes',
        signalResponseAfterReconnect: 'absent',
        reusedOffer: 'accept',
      },
      {},
    ],
    [
      'where a second connection ends the first with a goodbye once it plays',
      { ...accepting, oldPeerAfterAnswer: 'untilNewConnects', replacedPeerHears: 'terminated' },
      {},
    ],
    [
      'where a second connection silences the first at the answer',
      { ...accepting, oldPeerAfterAnswer: 'cut', replacedPeerHears: 'nothing' },
      {},
    ],
    [
      'where a second connection closes the first at the answer',
      { ...accepting, oldPeerAfterAnswer: 'cut', replacedPeerHears: 'close' },
      {},
    ],
    ['where a second connection never ends the first', { ...accepting, oldPeerAfterAnswer: 'never' }, {}],
  ])('finds out the emulator’s settings %s', async (_what, expected, slow) => {
    await settings({ ...expected, ...slow });
    const { status, stderr, result } = await run('--watch-ended', '0').ended;
    expect([status, stderr]).toEqual([0, expect.stringContaining('makes the emulator do the same')]);
    // A status that lasts for moments may be over before a call meets it.
    const onTheWay =
      slow === SLOW ? {} : Object.fromEntries(Object.keys(ON_THE_WAY).map((name) => [name, undefined]));
    const { lossNoticeSeconds, ...found } = { ...result.settings, ...onTheWay };
    expect(found).toEqual(expected);
    expect(lossNoticeSeconds).toBeGreaterThan(0);
    expect(await statuses()).not.toContain('CONNECTED');
  });

  it('measures how long AWS takes to notice, and how long an ended session can be read', async () => {
    await settings({ lossNoticeSeconds: 8, finishedSessionRetentionSeconds: 4 });
    const { result } = await run('--watch-ended', '600').ended;
    expect(result.settings.lossNoticeSeconds).toBeGreaterThanOrEqual(7);
    expect(result.settings.finishedSessionRetentionSeconds).toBeGreaterThanOrEqual(3);
  });

  it('leaves no session when it is interrupted in the silence, and writes what it has seen until then', async () => {
    await settings({ lossNoticeSeconds: 600 });
    const { child, ended } = run();
    const endedEarly = ended.then(({ stderr }) => Promise.reject(new Error(`It ended by itself: ${stderr}`)));
    await Promise.race([eventually(statuses, (all) => all.includes('CONNECTED')), endedEarly]);
    child.kill('SIGINT');
    const { status, stderr, result } = await ended;
    expect([status, stderr]).toEqual([1, expect.stringContaining('The run was stopped.')]);
    expect(result.complete).toBe(false);
    await eventually(statuses, (all) => all.every((each) => each === 'TERMINATED'));
  });
});
