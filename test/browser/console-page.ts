import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launch } from '../../bench/browser/chromium.ts';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { type Deployed, deploy, eventually } from '../e2e/harness.ts';
import { ASKS_FOR_MS } from '../patience.ts';

/** A session as the emulator shows it. */
interface SeenSession {
  id: string;
  status: string;
  statusReason: string | null;
  connections: number;
  counter: number;
}

/** Makes the page's connections readable from outside. As text: tests are checked without the browser's types. */
const WATCH_PEERS = `
  globalThis.peers = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); peers.push(this); }
  };
`;

/** A deployment whose sessions activate at once, and a browser. */
export async function openBench(options: Parameters<typeof deploy>[0] = {}) {
  const deployed = await deploy({
    ...options,
    // A page that a busy machine starves for some seconds is not lost for that.
    emulator: { activationSeconds: 0, clientSilenceSeconds: 30, ...options.emulator },
  });
  const browser = await launch();
  const opened: { context: BrowserContext; complaints: string[] }[] = [];
  return {
    deployed,
    browser,
    /** Opens the console page in a browser of its own. */
    open: async (player = `player-${randomUUID().slice(0, 8)}`) => {
      const context = await newContext(browser, deployed);
      const complaints: string[] = [];
      opened.push({ context, complaints });
      return consoleIn(deployed, context, player, complaints);
    },
    /** Closes the players' browsers. Fails if a page had an error. */
    clear: async () => {
      for (const { context, complaints } of opened.splice(0)) {
        await context.close();
        expect(complaints).toEqual([]);
      }
    },
    close: async () => {
      await browser.close();
      await deployed.close();
    },
  };
}

export type ConsoleBench = Awaited<ReturnType<typeof openBench>>;

/** Chromium offers loopback candidates only to pages that may use camera and microphone. */
async function newContext(browser: Browser, { endpoints }: Deployed): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(ASKS_FOR_MS);
  for (const host of ['127.0.0.1', 'localhost']) {
    const { origin } = new URL(endpoints.console.replace('127.0.0.1', host));
    await context.grantPermissions(['camera', 'microphone'], { origin });
  }
  await context.addInitScript(WATCH_PEERS);
  return context;
}

async function consoleIn(
  deployed: Deployed,
  context: BrowserContext,
  player: string,
  complaints: string[],
): Promise<ConsolePage> {
  const page = await context.newPage();
  await page.goto(`${deployed.endpoints.console}/`);
  return consoleOn(deployed, page, player, complaints);
}

/** A text of the page, whose numbers do not break from their units. */
const plain = (text: string | null) => (text ?? '').replaceAll('\u00a0', ' ');

export type ConsolePage = ReturnType<typeof consoleOn>;

/** The actions of a test on a console page, and the values that it reads. */
export function consoleOn(deployed: Deployed, page: Page, player: string, complaints: string[]) {
  page.on('pageerror', (error) => complaints.push(error.message));
  const requests: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/v1/') && request.method() !== 'OPTIONS')
      requests.push(`${request.method()} ${pathname.split('/').at(-1)}`);
  });
  const byId = (id: string) => page.getByTestId(id);
  const state = () => byId('state').getAttribute('data-state');
  const becomes = (...wanted: string[]) => eventually(state, (now) => now !== null && wanted.includes(now));
  const number = async (id: string) => Number((await byId(id).textContent())?.replaceAll(/\D/g, ''));

  const one = {
    page,
    player,
    byId,
    state,
    becomes,
    number,
    click: (id: string) => byId(id).click(),
    news: async () => plain(await byId('status').textContent()),
    timeline: async () => plain(await byId('timeline').textContent()),
    /** What the timeline shows, a word for each row. */
    moments: () =>
      page.evaluate<string[]>(
        "[...document.querySelectorAll('#timeline li')].map((row) => row.dataset.kind)",
      ),
    /** Requests for a connection to a session that the page has sent. */
    asked: () => requests.filter((request) => request === 'POST connections').length,
    /** The player's newest session, as AWS sees it. */
    async session(): Promise<SeenSession> {
      const userId = playerIdOf(deployed.endpoints.identity, player, 'pseudonym');
      const all = (await deployed.control('GET', 'streamsessions')) as (SeenSession & { userId: string })[];
      const found = all.find((candidate) => candidate.userId === userId);
      if (found === undefined) throw new Error(`${player} has no session.`);
      return found;
    },
    /** Waits for more video frames, by the browser's own count. */
    async plays(more = 10): Promise<void> {
      const shown = () =>
        page.evaluate<number>("document.querySelector('#stream').getVideoPlaybackQuality().totalVideoFrames");
      const before = await shown();
      await eventually(shown, (now) => now >= before + more || (now < before && now >= more));
    },
    async signIn(): Promise<void> {
      await byId('sign-in').click();
      await page.getByRole('textbox').fill(player);
      await page.getByRole('button', { name: /sign in/i }).click();
      await becomes('ready');
    },
    /** Signs in and starts a session whose video plays. */
    async playing(): Promise<void> {
      await one.signIn();
      await byId('start').click();
      await becomes('connected');
      await one.plays();
      await eventually(
        () => number('counter'),
        (counter) => counter > 5,
      );
    },
    /** Cuts by the page's own button, and waits until the page has found out. */
    async cut(how: 'blackhole' | 'close'): Promise<void> {
      await byId(`cut-${how}`).click();
      await eventually(state, (now) => now !== 'connected');
    },
    /** Waits until the page is back in a session with so many connections. */
    async isBack(connections: number): Promise<SeenSession> {
      await becomes('connected');
      await one.plays();
      const session = await one.session();
      expect(session).toMatchObject({ status: 'CONNECTED', connections });
      return session;
    },
    /** Another tab of the same browser. */
    anotherTab: () => consoleIn(deployed, page.context(), player, complaints),
  };
  return one;
}
