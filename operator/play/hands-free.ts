import { launch, openPage } from '../../bench/browser/chromium.ts';
import { checkPlay, type Step } from './check.ts';
import { drive } from './page.ts';
import { type Network, networkOf } from './silence.ts';

/** How long an AWS session waits for its player at least in what is checked here, in seconds. */
const PATIENCE_SECONDS = 120;

/**
 * Opens the page in a browser that has the player's token, and plays once without hands.
 * @param stop ends it early; the session is ended first
 */
export async function playWithoutHands(
  { url, token, darkSeconds, headed }: { url: string; token: string; darkSeconds: number; headed: boolean },
  told: (step: Step) => void,
  stop: AbortSignal,
): Promise<Step[]> {
  const browser = await launch({ ownSignals: true, headless: !headed });
  let network: Network | undefined;
  const { context, page } = await openPage(browser, 'about:blank', new URL(url).origin);
  await context.addInitScript(`globalThis.rejoinAccessToken = ${JSON.stringify(token)};`);
  try {
    await page.goto(url);
    network = await networkOf(browser);
    const timing = { darkSeconds, patienceSeconds: PATIENCE_SECONDS };
    return await checkPlay(drive(page), network, timing, told, stop);
  } finally {
    network?.start();
    await browser.close();
  }
}
