import type { ChannelMessage } from './message.ts';

export interface ReceiverOptions {
  /** Whether there is room for the output that a message may cause. If not, it stays unacknowledged and is sent again. */
  isReady: () => boolean;
  deliver: (message: ChannelMessage) => void;
  acknowledge: (message: ChannelMessage) => void;
}

/** The receiving half of a reliable stream: delivers each message once and in order. */
export interface Receiver {
  receive(message: ChannelMessage): void;
  /** Delivers the messages that waited for room. */
  resume(): void;
}

/** How many messages that arrived too early are kept, and how many bytes of them. Others are sent again. */
const MAX_EARLY = 256;
const MAX_EARLY_BYTES = 256 * 1024;

export function createReceiver({ isReady, deliver, acknowledge }: ReceiverOptions): Receiver {
  const early = new Map<number, ChannelMessage>();
  let earlyBytes = 0;
  let expected = 0;

  const resume = () => {
    for (;;) {
      const next = early.get(expected);
      if (!next || !isReady()) return;
      early.delete(expected);
      earlyBytes -= next.payload.length;
      expected += 1;
      deliver(next);
    }
  };

  return {
    resume,
    receive: (message) => {
      const { sequenceNumber, payload } = message;
      // The peer has sent it again because the acknowledgement was lost.
      if (sequenceNumber < expected || early.has(sequenceNumber)) return acknowledge(message);
      if (sequenceNumber === expected) {
        if (!isReady()) return;
        expected += 1;
        acknowledge(message);
        deliver(message);
        return resume();
      }
      if (sequenceNumber > expected + MAX_EARLY || earlyBytes + payload.length > MAX_EARLY_BYTES) return;
      early.set(sequenceNumber, message);
      earlyBytes += payload.length;
      acknowledge(message);
    },
  };
}
