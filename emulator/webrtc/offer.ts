/** The video codec entry of an offer that fits the game's clip. */
export interface OfferedVideo {
  payloadType: number;
  /** As offered, such as `42e01f`. */
  profileLevelId: string;
}

/** One media section of an offer; a section for data channels has the kind `application`. */
export interface OfferedMedia {
  kind: string;
  mid: string;
  video?: OfferedVideo;
  /** The payload type of Opus in an audio section. */
  opus?: number;
  /** The client sends in an audio section: its microphone. */
  sends?: boolean;
}

export interface Offer {
  /** `webrtc` when the offer has what a DTLS connection needs, `signalling` when it is bare SDP. */
  kind: 'webrtc' | 'signalling';
  /** With CRLF line ends, and without candidates: client and game reach each other through the relay only. */
  sdp: string;
  media: readonly OfferedMedia[];
}

const SDP_LINE = /^[a-z]=.*$/;

function attribute(lines: readonly string[], name: string): string | undefined {
  const prefix = `a=${name}:`;
  return lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
}

/** The H.264 entry with packetization mode 1 that suits constrained baseline best. */
function h264(lines: readonly string[]): OfferedVideo | undefined {
  const candidates: OfferedVideo[] = [];
  for (const line of lines) {
    const payload = /^a=rtpmap:(\d+) H264\/90000$/i.exec(line)?.[1];
    if (!payload) continue;
    const format = lines.find((other) => other.startsWith(`a=fmtp:${payload} `)) ?? '';
    if (!/packetization-mode=1\b/.test(format)) continue;
    const profileLevelId = /profile-level-id=([0-9a-fA-F]{6})/.exec(format)?.[1]?.toLowerCase() ?? '42e01f';
    candidates.push({ payloadType: Number(payload), profileLevelId });
  }
  const rank = ({ profileLevelId }: OfferedVideo) =>
    ['42e0', '42c0', '4200'].indexOf(profileLevelId.slice(0, 4)) >>> 0;
  return candidates.sort((a, b) => rank(a) - rank(b))[0];
}

function parseMedia(lines: readonly string[]): OfferedMedia | undefined {
  const kind = /^m=(\S+) /.exec(lines[0] ?? '')?.[1];
  const mid = attribute(lines, 'mid');
  if (!kind || !mid) return undefined;
  if (kind === 'video') {
    const video = h264(lines);
    return video && { kind, mid, video };
  }
  const opus = lines.map((line) => /^a=rtpmap:(\d+) opus\//i.exec(line)?.[1]).find((payload) => payload);
  const sends = lines.includes('a=sendrecv') || lines.includes('a=sendonly');
  return opus ? { kind, mid, opus: Number(opus), sends } : { kind, mid };
}

/**
 * Reads a signal request: a JSON string `{"type": "offer", "sdp": ...}`, further keys are ignored. The official Web SDK joins SDP
 * lines with LF alone and sends no candidates.
 * @param types which values of `type` count as an offer
 * @returns undefined when GameLift Streams would have to refuse it: not JSON, not an offer, not SDP, or video
 * without the H.264 that the stream is made of
 */
export function parseOffer(signalRequest: string, types: readonly string[] = ['offer']): Offer | undefined {
  let request: unknown;
  try {
    request = JSON.parse(signalRequest);
  } catch {
    return undefined;
  }
  if (typeof request !== 'object' || request === null) return undefined;
  const { type, sdp } = request as { type?: unknown; sdp?: unknown };
  if (typeof type !== 'string' || !types.includes(type) || typeof sdp !== 'string') return undefined;

  const lines = sdp.split(/\r?\n/).filter((line) => line !== '');
  if (lines[0] !== 'v=0' || !lines.every((line) => SDP_LINE.test(line))) return undefined;
  const hasFingerprint = attribute(lines, 'fingerprint') !== undefined;
  const hasUfrag = attribute(lines, 'ice-ufrag') !== undefined;
  if (hasFingerprint !== hasUfrag) return undefined;
  if (!hasFingerprint) return { kind: 'signalling', sdp, media: [] };

  const sections: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith('m=')) sections.push([]);
    if (!/^a=(candidate:|end-of-candidates)/.test(line)) sections.at(-1)?.push(line);
  }
  const media = sections.slice(1).map(parseMedia);
  if (media.length === 0 || media.includes(undefined)) return undefined;
  return {
    kind: 'webrtc',
    sdp: `${sections.flat().join('\r\n')}\r\n`,
    media: media.filter((section) => section !== undefined),
  };
}
