import { describe, expect, test } from 'vitest';
import { mediaFlows, rtcStatsOf } from '../../client/src/rtc-stats.ts';

const video = {
  type: 'inbound-rtp',
  kind: 'video',
  packetsReceived: 10,
  bytesReceived: 1000,
  framesDecoded: 3,
};
const audio = { type: 'inbound-rtp', kind: 'audio', packetsReceived: 5, bytesReceived: 50 };
const pair = { type: 'candidate-pair', bytesReceived: 2000, requestsReceived: 2, responsesReceived: 4 };
const transport = { type: 'transport', packetsReceived: 20, bytesReceived: 3000 };
const others = [
  { type: 'codec', packetsReceived: 7 },
  { type: 'outbound-rtp', framesDecoded: 9 },
  { type: 'track', framesDecoded: 9 },
];
const entries = [video, audio, pair, transport, ...others];
const totals = { frames: 3, video: 1010, all: 1010 + 55 + 2006 + 3020 };

describe('statistics in every form that the SDK may return', () => {
  test.each<[string, unknown]>([
    ['a report, as a browser has it', new Map(entries.map((entry, index) => [`id-${index}`, entry]))],
    ['an array of entries', entries],
    [
      'an array of reports',
      [new Map([['v', video]]), new Map([video, pair, transport, audio].slice(1).entries())],
    ],
  ])('%s: frames, video, and everything that came', (_what, stats) => {
    expect(rtcStatsOf(stats)).toEqual(totals);
  });

  test('one entry alone', () => {
    expect(rtcStatsOf(video)).toEqual({ frames: 3, video: 1010, all: 1010 });
  });

  test('an entry without a kind, from a video’s receiver, is video', () => {
    expect(rtcStatsOf([{ type: 'inbound-rtp', packetsReceived: 1 }])).toEqual({ video: 1, all: 1 });
  });

  test.each([undefined, null, 5, 'stats', {}, [], new Map(), [null, 7], { type: 'codec' }])(
    'nothing that can be read: %j',
    (stats) => {
      expect(rtcStatsOf(stats)).toEqual({});
    },
  );

  test('a report that contains itself', () => {
    const report: unknown[] = [video];
    report.push(report);
    expect(rtcStatsOf(report).all).toBeGreaterThan(0);
  });

  test('counters of another kind are left out', () => {
    expect(rtcStatsOf([{ type: 'inbound-rtp', packetsReceived: '10', framesDecoded: null }])).toEqual({});
  });
});

describe('media flows', () => {
  test.each<[string, Parameters<typeof mediaFlows>, boolean]>([
    ['when a frame was decoded', [{ frames: 1, all: 5 }, false], true],
    ['not while packets come and none can be decoded', [{ frames: 0, all: 500 }, true], false],
    ['when the browser says connected and tells nothing else', [{}, true], true],
    ['not before it says so', [{}, false], false],
    ['not while it counts packets but no frames yet', [{ all: 0 }, true], false],
  ])('%s', (_what, given, flows) => {
    expect(mediaFlows(...given)).toBe(flows);
  });
});
