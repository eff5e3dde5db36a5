import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, openPage } from '../../bench/browser/chromium.ts';
import { startConsole } from '../../local/console/server.ts';
import { type Deployed, deploy, eventually } from '../e2e/harness.ts';
import { inChromium } from './in-chromium.ts';

const root = join(import.meta.dirname, '..', '..');
const play = (...args: string[]) => [join(root, 'operator', 'play', 'main.ts'), '--local', ...args];

inChromium('npm run play', () => {
  let deployed: Deployed;
  beforeAll(async () => {
    deployed = await deploy({ emulator: { activationSeconds: 0, lossNoticeSeconds: 120 } });
  });
  afterAll(() => deployed?.close());

  const sessions = async () =>
    (await deployed.control('GET', 'streamsessions')) as {
      id: string;
      status: string;
      connections: number;
    }[];

  it('checks without hands that a session starts, heals, is left and found again, and leaves none behind', async () => {
    const args = play('--directory', deployed.directory, '--check', '--json');
    const { stdout, status } = await new Promise<{ stdout: string; status: number | null }>((resolve) => {
      const child = execFile(process.execPath, args, { cwd: root }, (_error, stdout) =>
        resolve({ stdout, status: child.exitCode }),
      );
    });
    const { passed, steps } = JSON.parse(stdout) as { passed: boolean; steps: { saw: string }[] };
    expect(steps.map(({ saw }) => saw)).toEqual([
      'it plays',
      'the old connection healed',
      'a new connection plays',
      'it has ended',
    ]);
    expect([passed, status]).toEqual([true, 0]);
    expect(await sessions()).toMatchObject([{ status: 'TERMINATED', connections: 2 }]);
  });

  it('ends its session when a check is interrupted, and says that it does', async () => {
    const before = (await sessions()).map(({ id }) => id);
    const own = async () => (await sessions()).filter(({ id }) => !before.includes(id));
    const child = spawn(process.execPath, play('--directory', deployed.directory, '--check'), { cwd: root });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    await eventually(own, (mine) => mine.some(({ status }) => status === 'CONNECTED'));
    child.kill('SIGINT');
    const [status] = await once(child, 'exit');
    expect([status, stderr]).toEqual([1, expect.stringContaining('Ending the session')]);
    expect(await own()).toMatchObject([{ status: 'TERMINATED' }]);
  });

  it('serves a page that offers nothing that only an emulator can do', async () => {
    const { identity, api, streamGroupId, application } = deployed.endpoints;
    const page = await startConsole({
      port: 0,
      config: {
        ...{ api, identity, streamGroupId, application, deployment: 'Rejoin in us-west-2' },
        ...{ clientId: 'c', scope: 's' },
        endpoints: { authorization: identity, token: identity, namesItself: true },
      },
    });
    const browser = await launch();
    try {
      const { context, page: tab } = await openPage(browser, 'about:blank', page.url);
      await context.addInitScript('globalThis.rejoinAccessToken = "a.b.c";');
      await tab.goto(page.url);
      await eventually(
        () => tab.getByTestId('state').getAttribute('data-state'),
        (state) => state !== 'loading',
      );
      const shown = await tab.evaluate<string>('document.body.innerText');
      expect(shown).toContain('Rejoin in us-west-2');
      for (const trouble of ['Cut my connection', 'Slow network', 'AWS throttles', 'Second device']) {
        expect(shown).not.toContain(trouble);
      }
    } finally {
      await browser.close();
      await page.close();
    }
  });
});
