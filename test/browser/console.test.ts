import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { playerIdOf } from '../../lambdas/core/player.ts';
import { type Deployed, deploy, eventually } from '../e2e/harness.ts';
import { launch, openPage, withoutBrowser } from './chromium.ts';

describe.skipIf(withoutBrowser)('a player in a real browser, with real WebRTC', () => {
  let deployed: Deployed;
  let browser: Browser;
  let players = 0;
  const opened: Awaited<ReturnType<typeof openPage>>[] = [];
  beforeAll(async () => {
    deployed = await deploy();
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await deployed?.close();
  });
  afterEach(async () => {
    for (const { context, complaints } of opened.splice(0)) {
      await context.close();
      expect(complaints).toEqual([]);
    }
  });

  const byId = (page: Page, id: string) => page.getByTestId(id);
  const state = (page: Page) => byId(page, 'state').getAttribute('data-state');
  const becomes = (page: Page, wanted: string) =>
    eventually(
      () => state(page),
      (now) => now === wanted,
      30_000,
    );
  const number = async (page: Page, id: string) =>
    Number((await byId(page, id).textContent())?.replaceAll(/\D/g, ''));
  /** Frames that Chromium has decoded on the page's video element, whatever the page itself shows. */
  const decoded = (page: Page) =>
    // As text: this file is checked without the browser's types.
    page.evaluate<number>("document.querySelector('#stream').getVideoPlaybackQuality().totalVideoFrames");
  /** The session of the player who signed in last, as AWS sees it; the newest, if there were several. */
  const session = async () => {
    const userId = playerIdOf(deployed.endpoints.identity, `player-${players}`, 'pseudonym');
    const all = (await deployed.control('GET', 'streamsessions')) as Record<string, unknown>[];
    return all.find((candidate) => candidate.userId === userId);
  };

  /** Signs in through the provider and starts a session whose video plays. */
  async function playing(): Promise<Page> {
    const open = await openPage(browser, `${deployed.endpoints.console}/`);
    opened.push(open);
    const { page } = open;
    await byId(page, 'sign-in').click();
    await page.getByRole('textbox').fill(`player-${++players}`);
    await page.getByRole('button', { name: /sign in/i }).click();
    await becomes(page, 'ready');
    await byId(page, 'start').click();
    await becomes(page, 'connected');
    await eventually(
      () => decoded(page),
      (frames) => frames > 10,
    );
    return page;
  }

  it.each(['blackhole', 'close'])(
    'cut by %s, is back in the same session: video decodes, the counter went on',
    async (how) => {
      const page = await playing();
      const before = await session();
      const counterBefore = await eventually(
        () => number(page, 'counter'),
        (counter) => counter > 5,
      );
      await byId(page, `cut-${how}`).click();
      await eventually(
        () => state(page),
        (now) => now !== 'connected',
      );
      await becomes(page, 'connected');

      const frames = await decoded(page);
      await eventually(
        () => decoded(page),
        (now) => now > frames + 10,
      );
      expect(await number(page, 'counter')).toBeGreaterThan(counterBefore);
      const after = await session();
      expect(after?.id).toBe(before?.id);
      expect(after).toMatchObject({ status: 'CONNECTED', connections: 2 });
    },
  );

  it('who reloads the tab is offered the session back, and its counter has not restarted', async () => {
    const page = await playing();
    const before = await session();
    const counterBefore = await eventually(
      () => number(page, 'counter'),
      (counter) => counter > 20,
    );
    await page.reload();
    await byId(page, 'resume').click();
    await becomes(page, 'connected');
    await eventually(
      () => decoded(page),
      (frames) => frames > 10,
    );
    expect(await eventually(() => number(page, 'counter'), Boolean)).toBeGreaterThan(counterBefore);
    expect((await session())?.id).toBe(before?.id);
  });

  it('who ends the session can start another', async () => {
    const page = await playing();
    const first = await session();
    await byId(page, 'end').click();
    await becomes(page, 'ended');
    await byId(page, 'start').click();
    await becomes(page, 'connected');
    expect((await session())?.id).not.toBe(first?.id);
  });
});
