import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type ConsoleBench, openBench } from '../browser/console-page.ts';
import { inChromium } from '../browser/in-chromium.ts';
import { eventually } from '../e2e/harness.ts';

/** The defaults of the settings for what AWS leaves undocumented about losses. */
const CHOICES = {
  lossNoticeSeconds: 15,
  connectWhileConnected: 'ConflictException',
  oldPeerAfterAnswer: 'cut',
  replacedPeerHears: 'close',
  oldPeerAfterLoss: 'dead',
};

inChromium('a player whose network is dark', () => {
  let bench: ConsoleBench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench?.close());
  afterEach(() => bench.clear());

  // A sample of the combinations that the client's tests try in full, on a virtual clock.
  it.each([
    [4, { lossNoticeSeconds: 2 }],
    [8, { lossNoticeSeconds: 2, oldPeerAfterAnswer: 'untilNewConnects', oldPeerAfterLoss: 'stunOnly' }],
    [8, { lossNoticeSeconds: 5, oldPeerAfterAnswer: 'never', oldPeerAfterLoss: 'resumes' }],
    [4, { connectWhileConnected: 'accept', replacedPeerHears: 'terminated' }],
    [8, { connectWhileConnected: 'accept', oldPeerAfterAnswer: 'untilNewConnects' }],
    [8, { lossNoticeSeconds: 30, oldPeerAfterAnswer: 'never', replacedPeerHears: 'nothing' }],
  ])(
    'for %d s is never stuck, when AWS treats the old connection like this: %o',
    async (seconds, choices) => {
      const one = await bench.open();
      await one.playing();
      await bench.deployed.control('PUT', 'settings', { ...CHOICES, ...choices });
      const { id } = await one.session();
      await bench.deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackout', seconds });
      await eventually(one.moments, (seen) => seen.includes('healed') || seen.includes('frame'));
      await one.becomes('connected');
      await one.plays(60);
      expect(await one.session()).toMatchObject({ id, status: 'CONNECTED' });
    },
  );
});
