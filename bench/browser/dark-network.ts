import type { BrowserContext } from 'playwright-core';

/** How long TCP waits before it sends an unacknowledged packet again, at first. Each wait is twice the one before. */
const FIRST_REPEAT_MS = 250;

/** The network between a page and the API, which can go dark and come back. */
export interface DarkNetwork {
  /** From now on no request arrives. */
  begin(): void;
  /** From now on requests arrive again. */
  end(): void;
}

/**
 * Stands between the pages of a context and a server. Requests that are sent in the dark do not fail: they are held, as by TCP, and
 * arrive when TCP sends them again for the first time after the dark. A request that its page has given up by then is gone.
 *
 * @param url of the server
 */
export async function darkNetwork(context: BrowserContext, url: string): Promise<DarkNetwork> {
  let dark: { over: Promise<void>; end: () => void } | undefined;
  await context.route(`${new URL(url).origin}/**`, async (route) => {
    const sentAt = performance.now();
    while (dark !== undefined) {
      await dark.over;
      await pause(untilRepeated(performance.now() - sentAt));
    }
    // Fails when the page has given the request up, or is closed.
    await route.continue().catch(() => {});
  });
  return {
    begin() {
      if (dark !== undefined) return;
      let end = () => {};
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      dark = { over, end };
    },
    end() {
      dark?.end();
      dark = undefined;
    },
  };
}

/** How long after `sinceMs` without an answer TCP sends its packet again. */
function untilRepeated(sinceMs: number): number {
  let repeatAt = FIRST_REPEAT_MS;
  for (let wait = FIRST_REPEAT_MS; repeatAt < sinceMs; repeatAt += wait) wait *= 2;
  return repeatAt - sinceMs;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
