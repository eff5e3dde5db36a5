import { type ChannelMessage, SYN } from './message.ts';
import { createRetransmission, MAX_ATTEMPTS } from './retransmission.ts';

export interface SenderOptions {
  /** Epoch milliseconds. */
  now: () => number;
  newMessageId: () => string;
  /** Sends a message, which may be lost. */
  transmit: (message: ChannelMessage) => void;
}

/** The sending half of a reliable stream: sends unacknowledged messages again. It has no timer of its own. */
export interface Sender {
  /**
   * Sends a payload, in pieces of 1,024 bytes.
   * @returns false, with nothing sent, when too much is unacknowledged already
   */
  send(payloadType: number, payload: Uint8Array): boolean;
  acknowledged(sequenceNumber: number): void;
  /** Sends overdue messages again. Call it every `RESEND_TICK_MS`. */
  tick(): void;
  /** The number of unacknowledged bytes. */
  backlog(): number;
  /** A message was sent as often as the plugin would send it, and was never acknowledged. */
  hasGivenUp(): boolean;
}

/** Source: the plugin's StreamDataPayloadSize. */
export const CHUNK_BYTES = 1024;
/** Messages on their way at once. */
const WINDOW = 64;
/** How many unacknowledged bytes are kept for a peer that does not read. */
export const MAX_BACKLOG_BYTES = 256 * 1024;
/** Messages sent again in one tick at most. */
const RESEND_BURST = 16;

interface InFlight {
  message: ChannelMessage;
  firstSentAt: number;
  lastSentAt: number;
  attempts: number;
}

export function createSender({ now, newMessageId, transmit }: SenderOptions): Sender {
  const retransmission = createRetransmission();
  const waiting: { payloadType: number; payload: Buffer }[] = [];
  const inFlight = new Map<number, InFlight>();
  let nextSequence = 0;
  let backlog = 0;
  let givenUp = false;

  const fill = () => {
    while (inFlight.size < WINDOW) {
      const next = waiting.shift();
      if (!next) return;
      const at = now();
      const sequenceNumber = nextSequence++;
      const message: ChannelMessage = {
        messageType: 'output_stream_data',
        schemaVersion: 1,
        createdDate: at,
        sequenceNumber,
        flags: sequenceNumber === 0 ? SYN : 0,
        messageId: newMessageId(),
        ...next,
      };
      inFlight.set(sequenceNumber, { message, firstSentAt: at, lastSentAt: at, attempts: 1 });
      transmit(message);
    }
  };

  return {
    send: (payloadType, payload) => {
      if (backlog + payload.length > MAX_BACKLOG_BYTES) return false;
      const bytes = Buffer.from(payload);
      for (let at = 0; at < Math.max(1, bytes.length); at += CHUNK_BYTES) {
        waiting.push({ payloadType, payload: bytes.subarray(at, at + CHUNK_BYTES) });
      }
      backlog += bytes.length;
      fill();
      return true;
    },
    acknowledged: (sequenceNumber) => {
      const sent = inFlight.get(sequenceNumber);
      if (!sent) return;
      // Measured from the first attempt, as the plugin does: a network that loses much looks slow, and gets longer timeouts.
      retransmission.observe(now() - sent.firstSentAt);
      inFlight.delete(sequenceNumber);
      backlog -= sent.message.payload.length;
      fill();
    },
    tick: () => {
      const at = now();
      let left = RESEND_BURST;
      for (const sent of inFlight.values()) {
        if (left === 0) return;
        if (at - sent.lastSentAt <= retransmission.timeoutMs()) continue;
        if (sent.attempts > MAX_ATTEMPTS) {
          givenUp = true;
          return;
        }
        left -= 1;
        sent.attempts += 1;
        sent.lastSentAt = at;
        transmit(sent.message);
      }
    },
    backlog: () => backlog,
    hasGivenUp: () => givenUp,
  };
}
