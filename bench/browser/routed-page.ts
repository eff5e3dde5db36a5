import type { Browser, Page } from 'playwright-core';

/**
 * Opens a page that no server has, in a browser context of its own.
 * @param address where the page is said to be, such as `http://localhost:1/page.html`
 * @param html names its script as `page.js`
 */
export async function openRoutedPage(
  browser: Browser,
  address: string,
  { html, script }: { html: string; script: Uint8Array },
): Promise<Page> {
  const url = new URL(address);
  const context = await browser.newContext();
  // Without the first two, Chromium hides loopback candidates. A routed page has no address of its own, and needs the last.
  const permissions = ['camera', 'microphone', 'local-network-access'];
  await context.grantPermissions(permissions, { origin: url.origin });
  await context.route(url.href, (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await context.route(new URL('page.js', url).href, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: Buffer.from(script) }),
  );
  const page = await context.newPage();
  await page.goto(url.href);
  return page;
}
