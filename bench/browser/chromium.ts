import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
].find((path) => existsSync(path));

/**
 * Whether browser tests must be skipped, since there is no Chromium. `.ci/run` sets `REJOIN_REQUIRE_BROWSER`: there a
 * missing browser is a failure, not a skip.
 */
export const withoutBrowser = CHROMIUM === undefined && process.env.REJOIN_REQUIRE_BROWSER === undefined;

/**
 * This machine's Chromium, with WebRTC allowed over loopback.
 * @param ownSignals the caller closes it on Ctrl-C; otherwise that ends the process at once
 */
export async function launch({ ownSignals = false, headless = true } = {}): Promise<Browser> {
  if (CHROMIUM === undefined)
    throw new Error('There is no Chromium on this machine: apt-get install chromium');
  return chromium.launch({
    executablePath: CHROMIUM,
    headless,
    ...(ownSignals ? { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      // Chromium hides loopback candidates unless both this is given and the page may use camera and microphone.
      '--allow-loopback-in-peer-connection',
      // A microphone that beeps, on a machine without one.
      '--use-fake-device-for-media-stream',
    ],
  });
}

/**
 * A page of its own, as a person's browser would have it: cookies and storage shared with no other.
 * @param origin what may use camera and microphone; default: the page's own
 */
export async function openPage(browser: Browser, url: string, origin = new URL(url).origin) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.grantPermissions(['camera', 'microphone'], { origin });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { context, page, complaints };
}
