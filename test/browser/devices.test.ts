import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../e2e/harness.ts';
import { consoleOn, openTable, type Table } from './console-page.ts';
import { inChromium } from './in-chromium.ts';

inChromium('a player with more than one page open', () => {
  let table: Table;
  beforeAll(async () => {
    table = await openTable();
  });
  afterAll(() => table?.close());
  afterEach(async () => {
    await table.clear();
    await awsTakesOver(false);
  });

  /** Whether AWS lets a new connection take the place of one that stands; otherwise it refuses until that is gone. */
  const awsTakesOver = (takesOver: boolean) =>
    table.deployed.control('PUT', 'settings', {
      connectWhileConnected: takesOver ? 'accept' : 'ConflictException',
    });

  it('in two tabs keeps the stream in the one that has it, until the other insists; then that one stays out', async () => {
    const one = await table.open();
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

  it('on a second device has the stream there, the first says so and stays out; who insists takes it back', async () => {
    const one = await table.open();
    await one.playing();
    await awsTakesOver(true);
    const [page] = await Promise.all([
      one.page.context().waitForEvent('page'),
      one.byId('second-device').click(),
    ]);
    const complaints: string[] = [];
    const other = consoleOn(table.deployed, page, one.player, complaints);
    await other.becomes('ready');
    expect(new URL(page.url()).hostname).toBe('localhost');
    await other.click('resume');
    await other.isBack(2);
    await one.becomes('elsewhere');
    expect(await one.news()).toMatch(/another device/);

    await one.click('insist');
    await one.isBack(3);
    await other.becomes('elsewhere');
    expect([one.asked(), other.asked()]).toEqual([2, 2]);
    expect(complaints).toEqual([]);
  });

  it('on a second device waits while AWS sees the first one connected, and is in once that has left', async () => {
    const one = await table.open();
    await one.playing();
    const other = await table.open(one.player);
    await other.signIn();
    await other.click('resume');
    await eventually(other.news, (news) => /connected already/.test(news));
    await one.plays();
    await one.click('leave');
    await other.isBack(2);
    expect(await one.state()).toBe('ready');
  });
});
