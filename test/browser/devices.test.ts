import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../e2e/harness.ts';
import { type ConsoleBench, type ConsolePage, consoleOn, openBench } from './console-page.ts';
import { inChromium } from './in-chromium.ts';

inChromium('a player with more than one page open', () => {
  let bench: ConsoleBench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench?.close());
  afterEach(async () => {
    await bench.clear();
    await awsTakesOver(false);
  });

  /** Whether AWS lets a new connection replace a connected one; otherwise it refuses until that one is gone. */
  const awsTakesOver = (takesOver: boolean) =>
    bench.deployed.control('PUT', 'settings', {
      connectWhileConnected: takesOver ? 'accept' : 'ConflictException',
    });

  /** The page without the stream asks for nothing while the other plays on. */
  const staysOut = async (without: ConsolePage, player: ConsolePage) => {
    const asked = without.asked();
    await player.plays(60);
    expect([without.asked(), await without.state()]).toEqual([asked, 'elsewhere']);
  };

  it('in two tabs keeps the stream in the first tab until the second insists; then the first stays out', async () => {
    const one = await bench.open();
    await one.playing();
    const other = await one.anotherTab();
    await other.click('sign-in');
    await other.becomes('ready');
    await other.click('resume');
    await other.becomes('elsewhere');
    expect(await other.news()).toMatch(/tab/);
    expect(other.asked()).toBe(0);
    await one.plays();
    expect((await one.session()).connections).toBe(1);

    await other.click('insist');
    await other.isBack(2);
    await one.becomes('elsewhere');
    expect(await one.news()).toMatch(/tab/);
    expect(one.asked()).toBe(0);
  });

  it('on a second device has the stream there; the first device says so, stays out, and takes it back when the player insists', async () => {
    const one = await bench.open();
    await one.playing();
    await awsTakesOver(true);
    const [page] = await Promise.all([
      one.page.context().waitForEvent('page'),
      one.byId('second-device').click(),
    ]);
    const complaints: string[] = [];
    const other = consoleOn(bench.deployed, page, one.player, complaints);
    await other.becomes('ready');
    expect(new URL(page.url()).hostname).toBe('localhost');
    await other.click('resume');
    await other.isBack(2);
    await one.becomes('elsewhere');
    expect(await one.news()).toMatch(/another device/);
    await staysOut(one, other);

    await one.click('insist');
    await one.isBack(3);
    await other.becomes('elsewhere');
    await staysOut(other, one);
    expect(complaints).toEqual([]);
  });

  it('on a second device waits while AWS sees the first one connected, and is in once the first has left', async () => {
    const one = await bench.open();
    await one.playing();
    const other = await bench.open(one.player);
    await other.signIn();
    await other.click('resume');
    await eventually(other.news, (news) => /connected already/.test(news));
    await one.plays();
    await one.click('leave');
    await other.isBack(2);
    expect(await one.state()).toBe('ready');
  });
});
