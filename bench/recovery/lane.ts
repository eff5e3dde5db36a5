import type { Browser, Page } from 'playwright-core';
import type { Endpoints } from '../../local/endpoints.ts';
import { mintAccessToken } from '../../local/identity/token.ts';
import type { Condition, Policy, Recovery } from './conditions.ts';
import { control } from './control.ts';
import { openPlayerPage } from './player-page.ts';

const DAY_SECONDS = 86_400;
/** A stream has settled after this much, and a bit: cuts must not keep step with key frames or with anybody's timer. */
const SETTLE_MS = 1000;
const SETTLE_SPREAD_MS = 1000;
/** Nobody needs longer than AWS to notice and this. */
const BACK_WITHIN_MS = 60_000;

interface Times {
  detectedAt?: number;
  answeredAt?: number;
  frameAt?: number;
}

/** One page with one player and one session, which is cut again and again. */
export interface Lane {
  policy: Policy;
  /** Cuts once. @throws Error when the player does not come back, or lost the stream before it was cut */
  cut(condition: Condition): Promise<Recovery>;
  close(): Promise<void>;
}

/** Opens a page and starts a session. @param script of the page */
export async function openLane(
  browser: Browser,
  script: string,
  endpoints: Endpoints,
  lane: { policy: Policy; player: string },
): Promise<Lane> {
  const { policy, player } = lane;
  const token = await mintAccessToken({ issuer: endpoints.identity, player, expiresIn: DAY_SECONDS });
  const page = await openPlayerPage(browser, new URL(endpoints.console).origin, script);
  const { api, streamGroupId } = endpoints;
  const settings = JSON.stringify({ api, streamGroupId, token });
  const id = await page.evaluate<string>(`bench.play('${policy}', ${settings})`);
  const emulator = control(endpoints.gameLiftStreams);

  async function settled(): Promise<void> {
    await until(() => frames(page), 20);
    while ((await emulator.status(id)) !== 'CONNECTED') await sleep(50);
    await sleep(SETTLE_MS + Math.random() * SETTLE_SPREAD_MS);
  }

  return {
    policy,
    async cut({ how, notice }) {
      await settled();
      await page.evaluate('bench.watch()');
      const cutAt = Date.now();
      await emulator.drop(id, how);
      const giveUp = AbortSignal.timeout(notice * 1000 + BACK_WITHIN_MS);
      const late = new Promise<never>((_, reject) => {
        giveUp.onabort = () => reject(new Error(`A player did not come back (${policy}, ${how}).`));
      });
      const times = await Promise.race([page.evaluate<Required<Times>>('bench.recovered()'), late]);
      giveUp.onabort = null;
      if (times.detectedAt < cutAt) throw new Error(`A stream was lost before it was cut (${policy}).`);
      return {
        detectMs: times.detectedAt - cutAt,
        answerMs: times.answeredAt - cutAt,
        frameMs: times.frameAt - cutAt,
      };
    },
    close: () => page.context().close(),
  };
}

const frames = (page: Page) => page.evaluate<number>('bench.frames()');

/** Waits until a count has grown by so many. */
async function until(count: () => Promise<number>, more: number): Promise<void> {
  const before = await count();
  for (let now = before; now < before + more && !(now < before && now >= more); now = await count())
    await sleep(50);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
