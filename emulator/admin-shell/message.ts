import { createHash } from 'node:crypto';

/** Source of this file's facts: aws/session-manager-plugin, src/message (Apache-2.0). */
export const PayloadType = {
  Output: 1,
  Error: 2,
  Size: 3,
  Parameter: 4,
  HandshakeRequest: 5,
  HandshakeResponse: 6,
  HandshakeComplete: 7,
  EncChallengeRequest: 8,
  EncChallengeResponse: 9,
  Flag: 10,
  StdErr: 11,
  ExitCode: 12,
} as const;

/** First and last message of a sequence: bits 0 and 1. */
export const SYN = 1;
export const SYN_FIN = 3;

/** One message of the Session Manager data channel. */
export interface ChannelMessage {
  /** `input_stream_data`, `output_stream_data`, `acknowledge`, `channel_closed`, or another text that the peer sent. */
  messageType: string;
  schemaVersion: number;
  /** Epoch milliseconds. */
  createdDate: number;
  sequenceNumber: number;
  flags: number;
  /** A UUID in its usual notation. */
  messageId: string;
  payloadType: number;
  payload: Buffer;
}

/** The value of the header's own length field. The payload's length and the payload follow the header. */
const HEADER_LENGTH = 116;
const PAYLOAD_AT = HEADER_LENGTH + 4;
const AT = {
  messageType: 4,
  schemaVersion: 36,
  createdDate: 40,
  sequenceNumber: 48,
  flags: 56,
  messageId: 64,
  digest: 80,
  payloadType: 112,
  payloadLength: 116,
} as const;
const TYPE_LENGTH = 32;

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest();

/** A UUID travels with its low eight bytes first. */
const swapHalves = (bytes: Buffer) => Buffer.concat([bytes.subarray(8, 16), bytes.subarray(0, 8)]);

export function encodeMessage(message: ChannelMessage): Buffer {
  const frame = Buffer.alloc(PAYLOAD_AT + message.payload.length);
  frame.writeUInt32BE(HEADER_LENGTH, 0);
  frame.write(message.messageType.padEnd(TYPE_LENGTH), AT.messageType, TYPE_LENGTH, 'latin1');
  frame.writeUInt32BE(message.schemaVersion, AT.schemaVersion);
  frame.writeBigUInt64BE(BigInt(message.createdDate), AT.createdDate);
  frame.writeBigInt64BE(BigInt(message.sequenceNumber), AT.sequenceNumber);
  frame.writeBigUInt64BE(BigInt(message.flags), AT.flags);
  swapHalves(Buffer.from(message.messageId.replaceAll('-', ''), 'hex')).copy(frame, AT.messageId);
  sha256(message.payload).copy(frame, AT.digest);
  frame.writeUInt32BE(message.payloadType, AT.payloadType);
  frame.writeUInt32BE(message.payload.length, AT.payloadLength);
  message.payload.copy(frame, PAYLOAD_AT);
  return frame;
}

const uuid = (hex: string) =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');

/** The defect of a frame. Such a frame is dropped as if it were lost, and the peer sends it again. */
export type FrameDefect = 'short' | 'header' | 'length' | 'number' | 'digest';

/**
 * Reads one frame. Returns a defect for any other bytes, and never throws. Like the released plugin, it does not check
 * the digest of an empty payload.
 */
export function decodeMessage(frame: Buffer): ChannelMessage | FrameDefect {
  if (frame.length < PAYLOAD_AT) return 'short';
  if (frame.readUInt32BE(0) !== HEADER_LENGTH) return 'header';
  const payload = frame.subarray(PAYLOAD_AT);
  if (frame.readUInt32BE(AT.payloadLength) !== payload.length) return 'length';
  const sequenceNumber = frame.readBigInt64BE(AT.sequenceNumber);
  const createdDate = frame.readBigUInt64BE(AT.createdDate);
  const flags = frame.readBigUInt64BE(AT.flags);
  const numbers = [sequenceNumber, createdDate, flags];
  if (numbers.some((value) => value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))) return 'number';
  const digest = frame.subarray(AT.digest, AT.digest + 32);
  if (payload.length > 0 && !sha256(payload).equals(digest)) return 'digest';
  const typeBytes = frame.subarray(AT.messageType, AT.messageType + TYPE_LENGTH);
  return {
    messageType: typeBytes.toString('latin1').replace(/^[\0 ]+|[\0 ]+$/g, ''),
    schemaVersion: frame.readUInt32BE(AT.schemaVersion),
    createdDate: Number(createdDate),
    sequenceNumber: Number(sequenceNumber),
    flags: Number(flags),
    messageId: uuid(swapHalves(frame.subarray(AT.messageId, AT.messageId + 16)).toString('hex')),
    payloadType: frame.readUInt32BE(AT.payloadType),
    payload,
  };
}
