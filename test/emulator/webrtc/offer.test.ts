import { describe, expect, it } from 'vitest';
import { parseOffer } from '../../../emulator/webrtc/offer.ts';

const VIDEO = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 102 104 106 108',
  'a=mid:1',
  'a=candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host',
  'a=end-of-candidates',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:102 H264/90000',
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f',
  'a=rtpmap:104 H264/90000',
  'a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  'a=rtpmap:106 H264/90000',
  'a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
  'a=rtpmap:108 H264/90000',
  'a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42E01F',
];
const HEAD = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=ice-ufrag:abcd',
  'a=fingerprint:sha-256 00:11',
];
const AUDIO = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', 'a=rtpmap:111 opus/48000/2'];

const offer = (lines: readonly string[], join = '\n') =>
  parseOffer(JSON.stringify({ type: 'offer', sdp: lines.join(join), webSdkVersion: '1.2.0', extras: {} }));

describe("a browser's offer", () => {
  it('keeps its sections in order, with the H.264 entry that fits the clip best', () => {
    expect(offer([...HEAD, ...AUDIO, ...VIDEO])).toMatchObject({
      kind: 'webrtc',
      media: [
        { kind: 'audio', mid: '0', opus: 111 },
        { kind: 'video', mid: '1', video: { payloadType: 108, profileLevelId: '42e01f' } },
      ],
    });
  });

  it('loses its candidates: with them the game would send past the relay, through every blackhole', () => {
    const sdp = offer([...HEAD, ...AUDIO, ...VIDEO])?.sdp ?? '';
    expect(sdp).not.toMatch(/candidate/);
    expect(sdp).toContain('a=rtpmap:108 H264/90000\r\n');
  });

  it('is read the same with LF and CRLF', () => {
    expect(offer([...HEAD, ...VIDEO], '\r\n')).toEqual(offer([...HEAD, ...VIDEO], '\n'));
  });

  it('is answered with another H.264 profile if necessary, but never with packetization mode 0', () => {
    const without = (payload: string) => VIDEO.filter((line) => !line.includes(`:${payload} `));
    expect(offer([...HEAD, ...without('108')])?.media[0]?.video?.payloadType).toBe(106);
    const high = without('108').filter((line) => !line.includes(':106 '));
    expect(offer([...HEAD, ...high])?.media[0]?.video?.payloadType).toBe(102);
    expect(offer([...HEAD, ...high.filter((line) => !line.includes(':102 '))])).toBeUndefined();
  });
});
