import type { Browser, Page } from 'playwright-core';
import { bundlePage } from '../../local/console/bundle-page.ts';
import { openRoutedPage } from '../browser/routed-page.ts';

const HTML = `<!doctype html><meta charset="utf-8"><title>Recovery</title>
<video muted autoplay playsinline width="640" height="360"></video><audio autoplay></audio>
<script type="module" src="page.js"></script>`;

/** The script of the players' page, with the official Web SDK where `REJOIN_WEB_SDK` names one. */
export function buildPlayerPage(): Promise<Uint8Array> {
  return bundlePage(new URL('page/main.ts', import.meta.url));
}

/** Opens the players' page in its own browser context, at an origin that may call the API. */
export function openPlayerPage(browser: Browser, origin: string, script: Uint8Array): Promise<Page> {
  return openRoutedPage(browser, `${origin}/recovery.html`, { html: HTML, script });
}
