import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shutdownWebRtc } from '../../emulator/server.ts';
import { startConsole } from '../../local/console/server.ts';
import { type Deployed, deploy, eventually } from '../e2e/harness.ts';
import { consoleInFirefox } from './console-in-firefox.ts';
import { readyFirefox } from './firefox.ts';

const { browser, mediaAddress, missing } = await readyFirefox();
const meta = missing === undefined ? {} : { needs: missing };

/** Longer than Firefox needs to give up a connection, so that nothing but the client replaces one here. */
const NOTICE_SECONDS = 120;

describe.skipIf(missing !== undefined)('a player in Firefox', { meta }, () => {
  let deployed: Deployed;
  const open: Awaited<ReturnType<typeof consoleInFirefox>>[] = [];
  beforeAll(async () => {
    deployed = await deploy({ mediaAddress, emulator: { activationSeconds: 0 } });
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await deployed.control('PUT', 'settings', { lossNoticeSeconds: 0 });
  });
  afterAll(async () => {
    await browser?.close();
    await deployed?.close();
    await shutdownWebRtc();
  });

  const playing = async () => {
    if (browser === undefined) throw new Error(missing);
    const one = await consoleInFirefox(browser, deployed);
    open.push(one);
    const session = await one.starts();
    expect(session).toMatchObject({ status: 'CONNECTED', connections: 1 });
    return { one, session };
  };
  const lose = (id: string, how: object) => deployed.control('POST', `streamsessions/${id}/drop`, how);

  it('whose network is dark for 2.5 s keeps the connection, and plays on', async () => {
    await deployed.control('PUT', 'settings', { lossNoticeSeconds: NOTICE_SECONDS });
    const { one, session } = await playing();
    await lose(session.id, { how: 'blackout', seconds: 2.5 });
    await eventually(one.kinds, (kinds) => kinds.includes('healed'));
    await one.becomes('connected');
    await one.plays(60);
    expect(await one.session()).toMatchObject({ id: session.id, status: 'CONNECTED', connections: 1 });
  });

  it('whose network was dark has no key of the dark played, and none held down', async () => {
    await deployed.control('PUT', 'settings', { lossNoticeSeconds: NOTICE_SECONDS });
    const { one, session } = await playing();
    const { keyboard } = one.page;
    await one.page.focus('#news');
    await keyboard.down('KeyW');
    const { inputs } = await one.holds('KeyW');
    // It is dark until the test says so, and not for some seconds: a busy machine may take longer to press keys.
    await lose(session.id, { how: 'blackout' });
    await one.becomes('reconnecting');
    await keyboard.press('KeyA');
    await keyboard.up('KeyW');
    await deployed.control('POST', `streamsessions/${session.id}/restore`);
    await one.becomes('connected');
    await one.holds();
    await keyboard.down('KeyC');
    expect(await one.holds('KeyC')).toMatchObject({ inputs: inputs + 1 });
  });

  it('whose connection is lost for good gets a new one to the same game', async () => {
    const { one, session } = await playing();
    const counter = await one.counter();
    await one.click('cut-blackhole');
    await eventually(one.kinds, (kinds) => kinds.includes('frame'));
    await one.becomes('connected');
    await one.plays(60);
    expect(await one.session()).toMatchObject({ id: session.id, status: 'CONNECTED', connections: 2 });
    expect(await one.counter()).toBeGreaterThan(counter);
  });

  it('whose connection is closed cleanly is told nothing by Firefox, and gets a new one after a silence', async () => {
    const { one, session } = await playing();
    await one.click('cut-close');
    await eventually(one.kinds, (kinds) => kinds.includes('frame'));
    await one.becomes('connected');
    await one.plays(60);
    expect(await one.timeline()).toMatch(/nothing came for \d/);
    expect(await one.session()).toMatchObject({ id: session.id, status: 'CONNECTED', connections: 2 });
  });

  it('at a deployment without --media-address reads how to start it with one', async () => {
    const { console: _, ...rest } = deployed.endpoints;
    const page = await startConsole({
      port: 0,
      config: {
        ...rest,
        clientId: 'none',
        scope: 'none',
        deployment: 'test',
        endpoints: { authorization: rest.identity, token: rest.identity, namesItself: true },
        firefoxNote: 'Start it otherwise.',
      },
    });
    const tab = await browser?.newPage();
    await tab?.goto(page.url);
    await eventually(
      async () => await tab?.evaluate(`document.querySelector('#browser-note').innerText`),
      (text) => text === 'Start it otherwise.',
    );
    await tab?.close();
    await page.close();
  });
});
