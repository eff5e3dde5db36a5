import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { darkNetwork } from '../../bench/browser/dark-network.ts';
import { eventually } from '../e2e/harness.ts';
import { type ConsoleBench, type ConsolePage, openBench } from './console-page.ts';
import { inChromium } from './in-chromium.ts';

/** After how many seconds AWS notices a silent client. */
const NOTICE_SECONDS = 15;

inChromium('a player whose network is dark for some seconds', () => {
  let bench: ConsoleBench;
  beforeAll(async () => {
    bench = await openBench({ emulator: { lossNoticeSeconds: NOTICE_SECONDS } });
  });
  afterAll(() => bench?.close());
  afterEach(async () => {
    await bench.clear();
    await bench.deployed.control('PUT', 'settings', { lossNoticeSeconds: NOTICE_SECONDS });
  });

  const game = async (one: ConsolePage) => {
    const { id } = await one.session();
    return (await bench.deployed.session(id)) as { inputs: number; keys: string[] };
  };
  const holds = (one: ConsolePage, ...keys: string[]) =>
    eventually(
      () => game(one),
      (now) => now.keys.join() === keys.join(),
    );
  /** Starts a blackout until the test ends it, so that no test depends on how long a step takes. */
  const darken = async (one: ConsolePage) => {
    const { id } = await one.session();
    await bench.deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackout' });
    return () => bench.deployed.control('POST', `streamsessions/${id}/restore`);
  };
  /** A page that plays, with the key W held down, and how many inputs the game had by then. */
  const holdingW = async () => {
    const one = await bench.open();
    await one.playing();
    const { keyboard } = one.page;
    await one.page.locator('#news').focus();
    await keyboard.down('KeyW');
    const { inputs } = await holds(one, 'KeyW');
    return { one, keyboard, inputs };
  };
  const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  it.each([
    [2.5, 'reachable'],
    [2.5, 'out of reach as well'],
    [8, 'reachable'],
    [8, 'out of reach as well'],
  ])('for %d s, with the API %s, plays on in the same game', async (seconds, reach) => {
    const one = await bench.open();
    await one.playing();
    const before = await one.session();
    const counter = await one.number('counter');
    const api = await darkNetwork(one.page.context(), bench.deployed.endpoints.api);
    if (reach !== 'reachable') api.begin();
    const drop = { how: 'blackout', seconds };
    await bench.deployed.control('POST', `streamsessions/${before.id}/drop`, drop);
    await pause(seconds);
    api.end();
    await eventually(one.moments, (seen) => seen.includes('healed') || seen.includes('frame'));
    await one.becomes('connected');
    await one.plays(60);
    const after = await one.session();
    expect(after).toMatchObject({ id: before.id, status: 'CONNECTED' });
    expect(await one.number('counter')).toBeGreaterThan(counter);
    // On a very busy machine AWS may notice the loss meanwhile. Then the stream is replaced, and the page says so.
    expect((await one.moments()).includes('healed')).toBe(after.connections === 1);
  });

  it('by the page’s own button sees a timeline that ends with the heal, and that nothing was replaced', async () => {
    await bench.deployed.control('PUT', 'settings', { lossNoticeSeconds: 120 });
    const one = await bench.open();
    await one.playing();
    await one.click('cut-blackout');
    await eventually(one.news, (news) =>
      /^Healed after \d+\.\d s, nothing was replaced; counter went on/.test(news),
    );
    const seen = await one.moments();
    expect(seen.slice(0, 2)).toEqual(['cut', 'noticed']);
    expect(seen.at(-1)).toBe('healed');
    expect(await one.timeline()).toMatch(/nothing was replaced/);
    expect((await one.session()).connections).toBe(1);
  });

  it('finds no key pressed in the game that was pressed in the dark, and none held down that was released in it', async () => {
    await bench.deployed.control('PUT', 'settings', { lossNoticeSeconds: 120 });
    const { one, keyboard, inputs } = await holdingW();
    const light = await darken(one);
    await keyboard.press('KeyA');
    await one.becomes('reconnecting');
    // There is no queue to show a place in.
    expect(await one.byId('queue-position').isVisible()).toBe(false);
    await keyboard.press('KeyB');
    await keyboard.up('KeyW');
    await light();
    await one.becomes('connected');
    await holds(one);
    await keyboard.down('KeyC');
    expect(await holds(one, 'KeyC')).toMatchObject({ inputs: inputs + 1 });
    await keyboard.up('KeyC');
    await holds(one);
    expect((await one.session()).connections).toBe(1);
  });

  it('and whose connection is replaced meanwhile finds no key of the dark pressed, and none held down', async () => {
    await bench.deployed.control('PUT', 'settings', { lossNoticeSeconds: 0 });
    const { one, keyboard, inputs } = await holdingW();
    const api = await darkNetwork(one.page.context(), bench.deployed.endpoints.api);
    api.begin();
    const { id } = await one.session();
    await bench.deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    await keyboard.press('KeyA');
    await one.becomes('reconnecting');
    await keyboard.press('KeyB');
    await keyboard.up('KeyW');
    api.end();
    await one.isBack(2);
    await holds(one);
    await keyboard.down('KeyC');
    expect(await holds(one, 'KeyC')).toMatchObject({ inputs: inputs + 1 });
  });

  it('plays on after the heal, though a request from the dark is refused afterwards', async () => {
    await bench.deployed.control('PUT', 'settings', { lossNoticeSeconds: 120 });
    const one = await bench.open();
    await one.playing();
    const api = await darkNetwork(one.page.context(), bench.deployed.endpoints.api);
    api.begin();
    const light = await darken(one);
    await one.becomes('reconnecting');
    await eventually(
      async () => one.asked(),
      (asked) => asked > 0,
    );
    await light();
    await one.becomes('connected');
    const refused = one.page.waitForResponse(
      (response) => response.url().endsWith('/connections') && response.status() === 409,
    );
    api.end();
    await refused;
    await one.plays(30);
    expect(await one.state()).toBe('connected');
    expect(await one.session()).toMatchObject({ connections: 1, status: 'CONNECTED' });
  });
});
