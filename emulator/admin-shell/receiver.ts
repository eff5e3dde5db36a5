import type { ChannelMessage } from './message.ts';

export interface ReceiverOptions {
  /** Whether there is room for what a message may bring about; if not, it stays unacknowledged and comes again. */
  isReady: () => boolean;
  deliver: (message: ChannelMessage) => void;
  acknowledge: (message: ChannelMessage) => void;
}

/** The receiving half of a reliable stream: each message is delivered once and in its turn. */
export interface Receiver {
  receive(message: ChannelMessage): void;
  /** Delivers what has waited for room. */
  resume(): void;
}

/** Messages that came before their turn, and bytes of them, that are kept at most. Others come again. */
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
      // Its acknowledgement was lost.
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
