import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch } from '../../bench/browser/chromium.ts';
import { root, sourceAlias } from '../client/consumer.ts';
import { inChromium } from './in-chromium.ts';

const session = {
  streamGroupId: 'sg-1AB2C3De4',
  streamSessionId: 'ss-1',
  status: 'CONNECTED',
  createdAt: '2026-01-01T00:00:00Z',
  connectionTimeoutSeconds: 120,
};

/** A page with the example in Strict Mode, an object of the Web SDK that plays at once, and a button that unmounts it. */
const PAGE = `
  import { createElement, StrictMode } from 'react';
  import { createRoot } from 'react-dom/client';
  import { Game } from './client/examples/react.tsx';
  let frames = 0;
  globalThis.objects = [];
  globalThis.gameliftstreams = {
    GameLiftStreams: class {
      constructor(parts) { this.parts = parts; this.closed = false; objects.push(this); }
      generateSignalRequest = async () => 'an offer';
      processSignalResponse = async () => {};
      attachInput() {}
      detachInput() {}
      close() { this.closed = true; }
      getVideoRTCStats = async () => [
        { type: 'inbound-rtp', kind: 'video', framesDecoded: ++frames, packetsReceived: frames * 9 },
      ];
    },
  };
  const place = createRoot(document.querySelector('main'));
  globalThis.unmount = () => place.unmount();
  place.render(createElement(StrictMode, null, createElement(Game)));`;

inChromium('the React example in Strict Mode, which mounts everything twice', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  it('plays with one object of the Web SDK, in the elements that are shown, and leaves none open when it is unmounted', async () => {
    const { outputFiles } = await build({
      stdin: { contents: PAGE, resolveDir: root, loader: 'ts' },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"development"' },
      alias: sourceAlias,
    });
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.route('https://game.example/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<main></main><script type="module" src="/page.js"></script>',
      }),
    );
    await page.route('https://game.example/page.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: outputFiles[0]?.text ?? '' }),
    );
    await page.route('https://game.example/token*', (route) => route.fulfill({ body: 'a-token' }));
    await page.route('https://abc123.execute-api.us-west-2.amazonaws.com/**', (route) =>
      route.fulfill({
        status: route.request().method() === 'OPTIONS' ? 204 : 201,
        headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' },
        json: { streamSession: session, signalResponse: 'an answer', connectionId: 'c-1' },
      }),
    );
    await page.goto('https://game.example/');
    await page.getByRole('button', { name: 'Play' }).click();
    // While the stream plays the example offers no other.
    await page.getByRole('button', { name: 'Play' }).waitFor({ state: 'detached' });
    const objects = () =>
      page.evaluate(() =>
        (
          globalThis as unknown as {
            objects: { closed: boolean; parts: { videoElement: { isConnected: boolean } } }[];
          }
        ).objects.map(({ closed, parts }) => ({ closed, isShown: parts.videoElement.isConnected })),
      );
    expect(await objects()).toEqual([{ closed: false, isShown: true }]);
    await page.evaluate(() => (globalThis as unknown as { unmount(): void }).unmount());
    await expect.poll(objects).toMatchObject([{ closed: true }]);
    expect(complaints).toEqual([]);
  });
});
