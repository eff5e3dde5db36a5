import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { webSdkPlugins } from '../../local/console/web-sdk-bundle.ts';

const HTML = `<!doctype html><meta charset="utf-8"><title>Recovery</title>
<video muted autoplay playsinline width="640" height="360"></video><audio autoplay></audio>
<script type="module" src="recovery.js"></script>`;

/** The script of the players' page, with the official Web SDK where `REJOIN_WEB_SDK` names one. */
export async function buildPlayerPage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/main.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    tsconfigRaw: {},
    plugins: webSdkPlugins(),
  });
  return outputFiles[0]?.text ?? '';
}

/** Opens the players' page in its own browser context, at an origin that may call the API. */
export async function openPlayerPage(browser: Browser, origin: string, script: string): Promise<Page> {
  const context = await browser.newContext();
  // Without the first two, Chromium hides loopback candidates. A routed page has no address of its own, and needs the last.
  await context.grantPermissions(['camera', 'microphone', 'local-network-access'], { origin });
  await context.route(`${origin}/recovery.*`, (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: HTML }),
  );
  const page = await context.newPage();
  await page.goto(`${origin}/recovery.html`);
  return page;
}
