/** What a connection has received so far, as counters that only grow. Undefined where the browser has no such counter. */
export interface RtcStats {
  /** Frames decoded. */
  frames?: number;
  /** Video packets and bytes. */
  video?: number;
  /** Everything that the connection received: media, control packets, ICE's answers, data channels. */
  all?: number;
}

const VIDEO = ['packetsReceived', 'bytesReceived'];
const ALL = [...VIDEO, 'requestsReceived', 'responsesReceived'];
const CARRIERS: readonly unknown[] = ['inbound-rtp', 'candidate-pair', 'transport'];

/**
 * Reads what `getVideoRTCStats()` returned: an `RTCStatsReport`, or an array or map of its entries, or of reports. Which counters
 * exist depends on the browser, so they are added up: any growth is a sign of life.
 */
export function rtcStatsOf(stats: unknown): RtcStats {
  const totals: RtcStats = {};
  const add = (name: keyof RtcStats, entry: Entry, counters: readonly string[]) => {
    for (const counter of counters) {
      const value = entry[counter];
      if (typeof value === 'number') totals[name] = (totals[name] ?? 0) + value;
    }
  };
  const read = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null) return;
    const entry = value as Entry;
    if (CARRIERS.includes(entry.type)) {
      add('all', entry, ALL);
      if (entry.type !== 'inbound-rtp' || entry.kind === 'audio') return;
      add('video', entry, VIDEO);
      add('frames', entry, ['framesDecoded']);
    } else if (depth < 3 && typeof entry.forEach === 'function') {
      (value as { forEach(each: (one: unknown) => void): void }).forEach((one) => {
        read(one, depth + 1);
      });
    }
  };
  read(stats, 0);
  return totals;
}

/** Whether media flows on a connection made a moment ago. */
export function mediaFlows({ frames, all }: RtcStats, connected: boolean): boolean {
  return frames === undefined ? all === undefined && connected : frames > 0;
}

type Entry = Record<string, unknown>;
