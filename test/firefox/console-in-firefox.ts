import { randomUUID } from 'node:crypto';
import type { Browser } from 'puppeteer-core';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { type Deployed, eventually } from '../e2e/harness.ts';

/** A session as the emulator shows it. */
interface SeenSession {
  id: string;
  userId: string;
  status: string;
  connections: number;
  inputs: number;
  keys: string[];
}

/** A player at the console page of a deployment, in a Firefox profile of its own. */
export async function consoleInFirefox(browser: Browser, deployed: Deployed) {
  const player = `player-${randomUUID().slice(0, 8)}`;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${deployed.endpoints.console}/`);
  const ask = async <T>(text: string) => (await page.evaluate(text)) as T;
  const state = () => ask<string | undefined>(`document.querySelector('#state')?.dataset.state`);
  const becomes = (wanted: string) => eventually(state, (now) => now === wanted);
  const click = (id: string) => page.locator(`[data-testid="${id}"]`).click();

  const one = {
    page,
    becomes,
    click,
    /** The player's session, as AWS sees it. */
    async session(): Promise<SeenSession> {
      const all = (await deployed.control('GET', 'streamsessions')) as SeenSession[];
      const userId = playerIdOf(deployed.endpoints.identity, player, 'pseudonym');
      const found = all.find((candidate) => candidate.userId === userId);
      if (found === undefined) throw new Error(`${player} has no session.`);
      return found;
    },
    /** The game sees these keys held down, and no other. */
    holds: (...keys: string[]) => eventually(one.session, (now) => now.keys.join() === keys.join()),
    /** What the timeline has shown since the last cut. */
    kinds: () =>
      ask<string[]>(`[...document.querySelectorAll('#timeline li')].map((row) => row.dataset.kind)`),
    timeline: () => ask<string>(`document.querySelector('#timeline').textContent`),
    counter: async () =>
      Number((await ask<string>(`document.querySelector('#counter').textContent`)).replaceAll(/\D/g, '')),
    /** So many more frames are shown, whatever the page itself says. */
    plays: (frames = 10) =>
      ask<void>(`new Promise((shown) => {
        const video = document.querySelector('#stream');
        let missing = ${frames};
        const one = () => (--missing > 0 ? video.requestVideoFrameCallback(one) : shown());
        video.requestVideoFrameCallback(one);
      })`),
    /** Signs in and starts a session whose video plays. */
    async starts(): Promise<SeenSession> {
      await click('sign-in');
      await page.locator('#player').fill(player);
      await page.locator('button[type="submit"]').click();
      await becomes('ready');
      await click('start');
      await becomes('connected');
      await one.plays();
      await eventually(one.counter, (counter) => counter > 5);
      return one.session();
    },
    close: () => context.close(),
  };
  return one;
}
