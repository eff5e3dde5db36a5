import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../e2e/harness.ts';
import { type ConsoleBench, openBench } from './console-page.ts';
import { inChromium } from './in-chromium.ts';

inChromium('a player in a real browser, with real WebRTC', () => {
  let bench: ConsoleBench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench?.close());
  afterEach(() => bench.clear());

  it.each(['blackhole', 'close'] as const)(
    'cut by %s, is back in the same session: video decodes, the counter went on, and the page says so',
    async (how) => {
      const one = await bench.open();
      await one.playing();
      const before = await one.session();
      const counterBefore = await one.number('counter');
      await one.cut(how);
      const after = await one.isBack(2);
      expect(after.id).toBe(before.id);
      expect(await one.number('counter')).toBeGreaterThan(counterBefore);
      await eventually(one.news, (news) => /nothing lost\.$/.test(news));
      const kinds = await one.page.evaluate<string[]>(
        "[...document.querySelectorAll('#timeline li')].map((row) => row.dataset.kind)",
      );
      expect(kinds.filter((kind) => kind !== 'wait')).toEqual([
        'cut',
        'noticed',
        'asked',
        'answered',
        'frame',
      ]);
    },
  );

  it('who reloads the tab is back in the same game without a click, with no secret in the address or in storage', async () => {
    const one = await bench.open();
    await one.playing();
    const before = await one.session();
    await one.page.reload();
    const after = await one.isBack(2);
    expect(after.id).toBe(before.id);
    await eventually(one.news, (news) => /counter went on.*nothing lost\.$/.test(news));
    expect(one.page.url()).toBe(`${bench.deployed.endpoints.console}/`);
    const kept = await one.page.evaluate<{ local: object; session: Record<string, string> }>(
      '({ local: { ...localStorage }, session: { ...sessionStorage } })',
    );
    expect(kept.local).toEqual({});
    expect(Object.keys(kept.session).sort()).toEqual(['rejoin.remembered', 'rejoin.signed-in']);
    expect(Object.keys(JSON.parse(kept.session['rejoin.remembered'] ?? '')).sort()).toEqual([
      'connectionId',
      'counter',
      'playing',
      'streamSessionId',
    ]);
  });

  it('who leaves is offered the session, comes back by one click, and can end it and start another', async () => {
    const one = await bench.open();
    await one.playing();
    const first = await one.session();
    await one.click('leave');
    await one.becomes('ready');
    await one.click('resume');
    expect((await one.isBack(2)).id).toBe(first.id);
    await one.click('end');
    await one.becomes('ended');
    await one.click('start');
    expect((await one.isBack(1)).id).not.toBe(first.id);
  });
});
