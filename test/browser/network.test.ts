import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../e2e/harness.ts';
import { HANGS_AFTER_MS } from '../patience.ts';
import { type ConsoleBench, type ConsolePage, openBench } from './console-page.ts';
import { inChromium } from './in-chromium.ts';

/** How long the bad network lasts at least; `npm run test:all` makes it four minutes, `REJOIN_SLOW_SECONDS=600` ten. */
const SLOW_SECONDS = Number(process.env.REJOIN_SLOW_SECONDS ?? 15);

/** Longer than any silence that a page which is awake takes for a loss. */
const SLEEP_SECONDS = 4;

/** Chromium's counters of the page's newest connection. */
interface Inbound {
  /** Requests to send a lost packet again. */
  nackCount: number;
  freezeCount: number;
  packetsReceived: number;
}

inChromium('a player with a bad network', () => {
  let bench: ConsoleBench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench?.close());
  afterEach(() => bench.clear());

  const inbound = ({ page }: ConsolePage) =>
    page.evaluate<Inbound>(`(async () => {
      const stats = await peers.at(-1).getStats();
      return [...stats.values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    })()`);
  const network = async (one: ConsolePage, body: object) =>
    bench.deployed.control('PUT', `streamsessions/${(await one.session()).id}/network`, body);
  /** The page has received nothing for long enough to notice, and not so long that it counts as a loss. */
  const quiet = async (one: ConsolePage) => {
    let before = -1;
    let same = 0;
    await eventually(
      () => inbound(one),
      ({ packetsReceived }) => {
        same = packetsReceived === before ? same + 1 : 0;
        before = packetsReceived;
        return same === 5;
      },
    );
  };
  /** Like a laptop that is shut: stops Chromium's processes for pages, and with them timers and WebRTC. */
  const asleep = async ({ page }: ConsolePage, task: () => Promise<unknown>) => {
    await page.evaluate(`{
      globalThis.longest = 0;
      let last = Date.now();
      setInterval(() => { longest = Math.max(longest, Date.now() - last); last = Date.now(); }, 50);
    }`);
    const devtools = await bench.browser.newBrowserCDPSession();
    const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    for (const id of renderers) process.kill(id, 'SIGSTOP');
    try {
      await task();
      await pause(SLEEP_SECONDS);
    } finally {
      for (const id of renderers) process.kill(id, 'SIGCONT');
    }
    await eventually(
      () => page.evaluate<number>('longest'),
      (ms) => ms >= SLEEP_SECONDS * 1000,
    );
  };
  const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  it('keeps the connection through loss, jitter and freezes', {
    timeout: SLOW_SECONDS * 1000 + HANGS_AFTER_MS,
  }, async () => {
    const one = await bench.open();
    await one.playing();
    await one.byId('slow').check();
    const freeze = { everyMs: 10_000, forMs: 1500 };
    await network(one, { lossPercent: 5, jitterMs: 300, freeze });
    const end = performance.now() + SLOW_SECONDS * 1000;
    let seen = await inbound(one);
    // A busy machine sends fewer frames, and the browser then counts fewer freezes.
    while (performance.now() < end || seen.freezeCount === 0) {
      await pause(1);
      expect(await one.state()).toBe('connected');
      seen = await inbound(one);
    }
    expect(seen.nackCount).toBeGreaterThan(seen.packetsReceived / 100);
    expect((await one.session()).connections).toBe(1);
    expect(one.asked()).toBe(0);
    expect(await one.timeline()).not.toMatch(/noticed/i);
    await one.byId('slow').uncheck();
    await one.plays();
  });

  it('keeps a stream that still arrives while the browser says offline; if it was cut, is back once the browser is online', async () => {
    const one = await bench.open();
    await one.playing();
    const context = one.page.context();
    await context.setOffline(true);
    await one.plays(60);
    expect(await one.state()).toBe('connected');

    const { id } = await one.session();
    await bench.deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    await one.becomes('reconnecting');
    await eventually(one.news, (news) => /could not be reached/.test(news));
    expect(await one.timeline()).toMatch(/the browser is offline/);
    expect((await one.session()).connections).toBe(1);
    await context.setOffline(false);
    expect((await one.isBack(2)).id).toBe(id);
  });

  it('plays on after the laptop slept for a while', async () => {
    const one = await bench.open();
    await one.playing();
    // Packets that are sent to a sleeping laptop are lost.
    await network(one, { lossPercent: 100 });
    await quiet(one);
    await asleep(one, async () => {});
    await network(one, {});
    await one.plays(30);
    expect(await one.session()).toMatchObject({ connections: 1, status: 'CONNECTED' });
    expect(one.asked()).toBe(0);
  });

  it('is back in the same session after the laptop slept while the connection died', async () => {
    const one = await bench.open();
    await one.playing();
    const { id } = await one.session();
    await asleep(one, () =>
      bench.deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' }),
    );
    expect((await one.isBack(2)).id).toBe(id);
  });
});
