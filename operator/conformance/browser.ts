import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { launch } from '../../bench/browser/chromium.ts';
import { webSdkPlugins } from '../../local/console/web-sdk-bundle.ts';
import { type Network, networkOf } from '../play/silence.ts';
import type { Client, Seen } from './seen.ts';

const HTML = `<!doctype html><meta charset="utf-8"><title>Conformance</title>
<video muted autoplay playsinline width="640" height="360"></video><audio autoplay></audio>
<script type="module" src="client.js"></script>`;
/** The page is served to this browser alone. */
const ORIGIN = 'http://localhost:1';

/** A browser with the client's page. */
export interface ClientBrowser {
  client: Client;
  network: Network;
  close(): Promise<void>;
}

/** @param webSdk the official bundle; undefined: the stand-in */
export async function openClient(webSdk: string | undefined, headed: boolean): Promise<ClientBrowser> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/main.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    tsconfigRaw: {},
    plugins: webSdkPlugins(webSdk),
  });
  const script = outputFiles[0]?.text ?? '';
  const browser = await launch({ ownSignals: true, headless: !headed });
  let network: Network | undefined;
  const close = async () => {
    network?.start();
    await browser.close();
  };
  try {
    const context = await browser.newContext();
    // Without the first two, Chromium hides loopback candidates. A page without a server needs the last.
    await context.grantPermissions(['camera', 'microphone', 'local-network-access'], { origin: ORIGIN });
    await context.route(`${ORIGIN}/**`, (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: script })
        : route.fulfill({ contentType: 'text/html', body: HTML }),
    );
    const page = await context.newPage();
    await page.goto(`${ORIGIN}/`);
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
