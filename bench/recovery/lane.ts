import type { Browser, Page } from 'playwright-core';
import type { Endpoints } from '../../local/endpoints.ts';
import { mintAccessToken } from '../../local/identity/token.ts';
import { type DarkNetwork, darkNetwork } from '../browser/dark-network.ts';
import { type Condition, limitSeconds, type Policy, type Recovery, type Times } from './conditions.ts';
import { control } from './control.ts';
import { openPlayerPage } from './player-page.ts';

const DAY_SECONDS = 86_400;
/** The time for a stream to settle, plus a random spread: losses must not fall into step with key frames or timers. */
const SETTLE_MS = 1000;
const SETTLE_SPREAD_MS = 1000;
/** After this nothing arrives any more that was sent before the loss. */
const SILENT_WITHIN_MS = 500;

/** One player page whose session is lost again and again. */
export interface Lane {
  policy: Policy;
  /** Cuts the connection once. @throws Error when the stream was lost before */
  cut(condition: Condition): Promise<Recovery>;
  close(): Promise<void>;
}

/** A page that plays. */
interface Playing {
  page: Page;
  sessionId: string;
  apiNetwork: DarkNetwork;
}

/** Opens a page and starts a session. @param script of the page */
export async function openLane(
  browser: Browser,
  script: Uint8Array,
  endpoints: Endpoints,
  { policy, player }: { policy: Policy; player: string },
): Promise<Lane> {
  const emulator = control(endpoints.gameLiftStreams);
  let opened = 0;
  let playing = await open();

  async function open(): Promise<Playing> {
    opened += 1;
    const { identity: issuer, api, streamGroupId } = endpoints;
    // A session whose page never came back lives on, so the next page has another player.
    const token = await mintAccessToken({ issuer, player: `${player}-${opened}`, expiresIn: DAY_SECONDS });
    const page = await openPlayerPage(browser, new URL(endpoints.console).origin, script);
    const apiNetwork = await darkNetwork(page.context(), api);
    const settings = JSON.stringify({ api, streamGroupId, token });
    const sessionId = await page.evaluate<string>(`bench.play('${policy}', ${settings})`);
    return { page, sessionId, apiNetwork };
  }

  async function settled(): Promise<void> {
    await until(() => playing.page.evaluate<number>('bench.frames()'), 20);
    while ((await emulator.status(playing.sessionId)) !== 'CONNECTED') await sleep(50);
    await sleep(SETTLE_MS + Math.random() * SETTLE_SPREAD_MS);
  }

  return {
    policy,
    async cut(condition) {
      await settled();
      const { page, sessionId, apiNetwork } = playing;
      await page.evaluate('bench.watch()');
      if (condition.how === 'blackout') apiNetwork.begin();
      const cutAt = Date.now();
      await emulator.drop(sessionId, condition);
      if (condition.how === 'blackout')
        setTimeout(apiNetwork.end, cutAt + condition.seconds * 1000 - Date.now());
      const silentAt = condition.how === 'close' ? null : Date.now() + silentMs(condition);
      const times = await page.evaluate<Times | null>(
        `bench.recovered(${silentAt}, ${limitSeconds(condition) * 1000})`,
      );
      if (times === null) {
        await page.context().close();
        playing = await open();
        return { frameMs: null };
      }
      const { detectedAt, answeredAt, frameAt } = times;
      if (detectedAt !== undefined && detectedAt < cutAt)
        throw new Error(`A stream was lost before it was cut (${policy}).`);
      const since = (at: number | undefined) => at && at - cutAt;
      return { detectMs: since(detectedAt), answerMs: since(answeredAt), frameMs: frameAt - cutAt };
    },
    close: () => playing.page.context().close(),
  };
}

/** From a loss to a moment at which nothing arrives any more. */
function silentMs(condition: Condition): number {
  return condition.how === 'blackout'
    ? Math.min(SILENT_WITHIN_MS, (condition.seconds * 1000) / 2)
    : SILENT_WITHIN_MS;
}

/** Waits until a count has grown by `more`. */
async function until(count: () => Promise<number>, more: number): Promise<void> {
  const before = await count();
  for (let now = before; now < before + more && !(now < before && now >= more); now = await count())
    await sleep(50);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
