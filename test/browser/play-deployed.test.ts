import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, openPage } from '../../bench/browser/chromium.ts';
import { bundlePage } from '../../local/console/bundle-page.ts';
import { type Deployed, deploy, eventually } from '../e2e/harness.ts';
import { environment, run } from '../operator/support.ts';
import { ASKS_FOR_MS } from '../patience.ts';
import { consoleOn } from './console-page.ts';
import { inChromium } from './in-chromium.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'operator', 'play', 'main.ts');
const WEB_SDK = new URL('../../local/console/page/web-sdk.ts', import.meta.url);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/* The local deployment's CloudFormation, API and issuer stand for AWS's: the command is told of no local deployment. */
inChromium('npm run play at a stack, as somebody has deployed it', () => {
  let deployed: Deployed;
  let port: number;
  let args: string[];
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    port = await freePort();
    deployed = await deploy({
      emulator: { activationSeconds: 0, lossNoticeSeconds: 120, clientSilenceSeconds: 30 },
      settings: { webOrigins: [`http://localhost:${port}`] },
    });
    const { directory, endpoints } = deployed;
    const webSdk = join(directory, 'web-sdk.js');
    writeFileSync(webSdk, await bundlePage(WEB_SDK));
    args = ['--web-sdk', webSdk, '--client-id', endpoints.clientId, '--port', String(port)];
    env = environment(directory, {
      AWS_REGION: endpoints.region,
      AWS_ACCESS_KEY_ID: endpoints.deployer.accessKeyId,
      AWS_SECRET_ACCESS_KEY: endpoints.deployer.secretAccessKey,
      AWS_ENDPOINT_URL_CLOUDFORMATION: endpoints.aws,
    });
  });
  afterAll(() => deployed?.close());

  it('finds API, issuer, scope and stream group in the stack, and a check with a token passes', async () => {
    const { token } = await deployed.player();
    const { stdout, stderr, code } = await run([...args, '--check', '--json', '--token', token], env, [MAIN]);
    expect(stderr).toBe('');
    const { passed, steps } = JSON.parse(stdout) as { passed: boolean; steps: { saw: string }[] };
    expect(steps.map(({ saw }) => saw)).toEqual([
      'it plays',
      'the old connection healed',
      'a new connection plays',
      'it has ended',
    ]);
    expect([passed, code]).toEqual([true, 0]);
  });

  it('serves a page on which a person signs in at the stack’s issuer and plays', async () => {
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
    });
    const browser = await launch();
    try {
      await eventually(
        async () => said,
        (text) => text.includes('Ctrl-C') || child.exitCode !== null,
      );
      const { identity, clientId } = deployed.endpoints;
      const url = `http://localhost:${port}/`;
      expect(said).toContain(`Page  ${url}`);
      expect(said).toContain(`Client ${clientId} at ${identity} must allow the redirect address ${url}`);

      const { page, complaints } = await openPage(browser, url);
      page.setDefaultTimeout(ASKS_FOR_MS);
      await consoleOn(deployed, page, 'alice', complaints).playing();
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      child.kill('SIGINT');
    }
    expect(await ended).toEqual([0, null]);
  });

  it('says which address webOrigins must list, before it serves a page that the API would refuse', async () => {
    const other = await freePort();
    const { code, stderr } = await run([...args.slice(0, -1), String(other)], env, [MAIN]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`The API does not allow http://localhost:${other}, where this page would be`),
    ]);
  });

  it('says that the page’s client is missing where the provider is not the stack’s own', async () => {
    const { code, stderr } = await run(args.slice(0, 2), env, [MAIN]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('pass --client-id')]);
  });

  it('says which stack it looked for where there is none of that name', async () => {
    const { code, stderr } = await run([...args, '--stack', 'Trial'], env, [MAIN]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('The outputs of stack Trial in us-west-2 cannot be read'),
    ]);
  });
});
