import type { Page } from 'playwright-core';
import { launch } from '../../bench/browser/chromium.ts';
import { openRoutedPage } from '../../bench/browser/routed-page.ts';
import { bundlePage } from '../../local/console/bundle-page.ts';
import { type Network, networkOf } from '../play/silence.ts';
import type { Client, Seen } from './seen.ts';

const HTML = `<!doctype html><meta charset="utf-8"><title>Conformance</title>
<video muted autoplay playsinline width="640" height="360"></video><audio autoplay></audio>
<script type="module" src="page.js"></script>`;
/** The page is served to this browser alone. */
const ADDRESS = 'http://localhost:1/';

/** A browser with the client's page. */
export interface ClientBrowser {
  client: Client;
  network: Network;
  close(): Promise<void>;
}

/** @param webSdk the official bundle; undefined: the stand-in */
export async function openClient(webSdk: string | undefined, headed: boolean): Promise<ClientBrowser> {
  const script = await bundlePage(new URL('page/main.ts', import.meta.url), { webSdk });
  const browser = await launch({ ownSignals: true, headless: !headed });
  let network: Network | undefined;
  const close = async () => {
    network?.start();
    await browser.close();
  };
  try {
    const page = await openRoutedPage(browser, ADDRESS, { html: HTML, script });
    network = await networkOf(browser);
    return { client: clientIn(page), network, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function clientIn(page: Page): Client {
  const call = <T>(method: keyof Client, ...given: string[]): Promise<T> =>
    page.evaluate(
      async ([name, values]) => {
        const { client } = globalThis as unknown as {
          client: Record<string, (...given: string[]) => Promise<unknown>>;
        };
        return client[name]?.(...values) as Promise<never>;
      },
      [method, given] as [string, string[]],
    );
  return {
    offer: (name) => call<string>('offer', name),
    apply: (name, answer) => call<void>('apply', name, answer),
    close: (name) => call<void>('close', name),
    seen: (name) => call<Seen>('seen', name),
  };
}
