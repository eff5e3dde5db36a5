import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../e2e/harness.ts';
import { HANGS_AFTER_MS } from '../patience.ts';
import { type ConsolePage, openTable, type Table } from './console-page.ts';
import { inChromium } from './in-chromium.ts';

/** How long the bad network is borne; `REJOIN_SLOW_SECONDS=600` bears it for ten minutes. */
const SLOW_SECONDS = Number(process.env.REJOIN_SLOW_SECONDS ?? 60);

/** Longer than any silence that means a loss to somebody who is awake. */
const SLEEP_SECONDS = 4;

/** What Chromium counts on the page's newest connection. */
interface Inbound {
  /** Requests to send a lost packet again. */
  nackCount: number;
  freezeCount: number;
  packetsReceived: number;
}

inChromium('a player whose network is not what it should be', () => {
  let table: Table;
  beforeAll(async () => {
    table = await openTable({ emulator: { clientSilenceSeconds: 30 } });
  });
  afterAll(() => table?.close());
  afterEach(() => table.clear());

  const inbound = ({ page }: ConsolePage) =>
    page.evaluate<Inbound>(`(async () => {
      const stats = await peers.at(-1).getStats();
      return [...stats.values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    })()`);
  const network = async (one: ConsolePage, body: object) =>
    table.deployed.control('PUT', `streamsessions/${(await one.session()).id}/network`, body);
  /** Nothing has come for so long that whoever watches has seen it, and not for longer than may be borne. */
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
  /** As a laptop that is shut: Chromium's own processes for pages are stopped, timers and WebRTC with them. */
  const asleep = async ({ page }: ConsolePage, task: () => Promise<unknown>) => {
    await page.evaluate(`{
      globalThis.longest = 0;
      let last = Date.now();
      setInterval(() => { longest = Math.max(longest, Date.now() - last); last = Date.now(); }, 50);
    }`);
    const devtools = await table.browser.newBrowserCDPSession();
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

  it('keeps the connection through loss, jitter and freezes: a stream that is slow is not lost', {
    timeout: SLOW_SECONDS * 1000 + HANGS_AFTER_MS,
  }, async () => {
    const one = await table.open();
    await one.playing();
    await one.byId('slow').check();
    const freeze = { everyMs: 10_000, forMs: 1500 };
    await network(one, { lossPercent: 5, jitterMs: 300, freeze });
    const end = performance.now() + SLOW_SECONDS * 1000;
    while (performance.now() < end) {
      await pause(1);
      expect(await one.state()).toBe('connected');
    }
    const seen = await inbound(one);
    // Measured by what came: a busy machine sends fewer frames, and counts fewer freezes.
    expect(seen.nackCount).toBeGreaterThan(seen.packetsReceived / 100);
    expect(seen.freezeCount).toBeGreaterThan(0);
    expect((await one.session()).connections).toBe(1);
    expect(one.asked()).toBe(0);
    expect(await one.timeline()).not.toMatch(/noticed/i);
    await one.byId('slow').uncheck();
    await one.plays();
  });

  it('offline keeps a stream that still comes; cut meanwhile, is back when the browser is online again', async () => {
    const one = await table.open();
    await one.playing();
    const context = one.page.context();
    await context.setOffline(true);
    await one.plays(60);
    expect(await one.state()).toBe('connected');

    const { id } = await one.session();
    await table.deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    await one.becomes('reconnecting');
    await eventually(one.news, (news) => /could not be reached/.test(news));
    expect(await one.timeline()).toMatch(/the browser is offline/);
    expect((await one.session()).connections).toBe(1);
    await context.setOffline(false);
    expect((await one.isBack(2)).id).toBe(id);
  });

  it('asleep for a while, wakes up in the stream that has waited', async () => {
    const one = await table.open();
    await one.playing();
    // Nothing that is sent to a laptop that sleeps is there when it wakes.
    await network(one, { lossPercent: 100 });
    await quiet(one);
    await asleep(one, async () => {});
    await network(one, {});
    await one.plays(30);
    expect(await one.session()).toMatchObject({ connections: 1, status: 'CONNECTED' });
    expect(one.asked()).toBe(0);
  });

  it('asleep when the connection died, is back after waking up, in the same session', async () => {
    const one = await table.open();
    await one.playing();
    const { id } = await one.session();
    await asleep(one, () =>
      table.deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' }),
    );
    expect((await one.isBack(2)).id).toBe(id);
  });
});
