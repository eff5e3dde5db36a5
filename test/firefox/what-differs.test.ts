import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shutdownWebRtc } from '../../emulator/server.ts';
import { serveWebSdkPage } from '../browser/web-sdk-page.ts';
import { eventually } from '../e2e/harness.ts';
import { type Bench, openBench } from '../emulator/support.ts';
import { readyFirefox } from './firefox.ts';

const { browser, mediaAddress, missing } = await readyFirefox();
const meta = missing === undefined ? {} : { needs: missing };

interface Happened {
  /** Since the loss, in milliseconds. */
  at: number;
  what: string;
}

/** What Firefox does by itself, without the client library: docs/client.md tells it. */
describe.skipIf(missing !== undefined)('a page with the Web SDK alone, in Firefox', { meta }, () => {
  let bench: Bench;
  let site: Awaited<ReturnType<typeof serveWebSdkPage>>;
  beforeAll(async () => {
    bench = await openBench({ mediaAddress });
    site = await serveWebSdkPage();
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    await bench?.close();
    await shutdownWebRtc();
  });

  it.each(['close', 'blackhole'] as const)(
    'is told of a %s by connectionState alone, and late',
    async (how) => {
      if (browser === undefined) throw new Error(missing);
      const page = await browser.newPage();
      await page.goto(site.url);
      const ask = async <T>(text: string) => (await page.evaluate(text)) as T;
      const inbound = () => ask<{ framesDecoded: number } | undefined>('player.inbound()');
      const offer = await ask<string>('player.open(), player.sdk().generateSignalRequest()');
      const id = await bench.start({ SignalRequest: offer });
      const { SignalResponse } = await eventually(
        () => bench.get(id),
        (session) => session.SignalResponse !== undefined,
      );
      await ask(`player.sdk().processSignalResponse(${JSON.stringify(SignalResponse)})`);
      await eventually(inbound, (now) => (now?.framesDecoded ?? 0) > 10);

      const pairs = await ask<Record<string, unknown>[]>(
        `player.sdk().getVideoRTCStats().then((stats) => [...stats.values()].filter(({ type }) => type === 'candidate-pair'))`,
      );
      for (const pair of pairs) {
        expect(pair).not.toHaveProperty('packetsReceived');
        expect(pair).toHaveProperty('bytesReceived');
      }
      await ask(`globalThis.happened = []; globalThis.lostAt = performance.now();
        for (const name of ['states', 'goodbyes']) player.heard[name].push = (what) => happened.push({ at: performance.now() - lostAt, what });`);
      await bench.control('POST', `streamsessions/${id}/drop`, { how });
      const happened = await eventually(
        () => ask<Happened[]>('happened'),
        (so) => so.some(({ what }) => what === 'failed'),
      );
      expect(happened.map(({ what }) => what)).toEqual(['disconnected', 'failed']);
      expect(await ask('player.heard.channelErrors')).toBe(0);
      const times = happened.map(({ at, what }) => `${what} after ${(at / 1000).toFixed(1)} s`);
      console.log(`Firefox, ${how}: ${times.join(', ')}`);
      await page.close();
    },
  );
});
