/** Frames of RFC 6455, as a server reads and writes them. No I/O. */

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Close codes of RFC 6455, section 7.4.1. */
export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  protocol: 1002,
  refused: 1008,
  tooBig: 1009,
} as const;

export type FrameEvent =
  | { type: 'text' | 'binary' | 'ping' | 'pong'; data: Buffer }
  | { type: 'close' }
  /** The peer breaks the protocol: nothing after this is read. */
  | { type: 'failure'; code: number };

export interface FrameReader {
  /** Reads what has arrived. Nothing is kept beyond one frame's header and the message's limit. */
  push(chunk: Buffer): FrameEvent[];
}

const MAX_CONTROL_BYTES = 125;

interface Header {
  final: boolean;
  opcode: number;
  /** Of header and mask. */
  length: number;
  payloadLength: number;
}

/** @returns undefined while the header is incomplete; a close code for one that breaks the protocol */
function readHeader(bytes: Buffer, maxBytes: number): Header | number | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const opcode = first & 0x0f;
  const isControl = opcode >= 8;
  const final = (first & 0x80) !== 0;
  const isKnown = (Object.values(Opcode) as number[]).includes(opcode);
  // No extension is agreed to, so reserved bits mean nothing; a client must mask.
  if ((first & 0x70) !== 0 || !isKnown || (second & 0x80) === 0) return CloseCode.protocol;
  const short = second & 0x7f;
  if (isControl && (!final || short > MAX_CONTROL_BYTES)) return CloseCode.protocol;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  if (bytes.length < 2 + lengthBytes) return undefined;
  const payloadLength =
    lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes === 2 ? bytes.readUInt16BE(2) : short;
  if (payloadLength > maxBytes) return CloseCode.tooBig;
  return { final, opcode, length: 2 + lengthBytes + 4, payloadLength };
}

function unmask(payload: Buffer, mask: Buffer): Buffer {
  const clear = Buffer.allocUnsafe(payload.length);
  for (let at = 0; at < payload.length; at += 1) {
    clear[at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
  }
  return clear;
}

/** @param maxBytes of a whole message, however many frames it comes in */
export function createFrameReader(maxBytes: number): FrameReader {
  let pending: Buffer = Buffer.alloc(0);
  let message: { opcode: number; parts: Buffer[]; size: number } | undefined;
  let over = false;

  const fail = (code: number): FrameEvent => {
    over = true;
    pending = Buffer.alloc(0);
    message = undefined;
    return { type: 'failure', code };
  };

  const takeData = (opcode: number, final: boolean, data: Buffer): FrameEvent | undefined => {
    const continues = opcode === Opcode.continuation;
    if (continues !== (message !== undefined)) return fail(CloseCode.protocol);
    message ??= { opcode, parts: [], size: 0 };
    message.parts.push(data);
    message.size += data.length;
    if (message.size > maxBytes || message.parts.length > maxBytes) return fail(CloseCode.tooBig);
    if (!final) return undefined;
    const whole = message;
    message = undefined;
    return { type: whole.opcode === Opcode.text ? 'text' : 'binary', data: Buffer.concat(whole.parts) };
  };

  const takeFrame = (): FrameEvent | 'none' | 'incomplete' => {
    const header = readHeader(pending, maxBytes);
    if (header === undefined) return 'incomplete';
    if (typeof header === 'number') return fail(header);
    const end = header.length + header.payloadLength;
    if (pending.length < end) return 'incomplete';
    const data = unmask(
      pending.subarray(header.length, end),
      pending.subarray(header.length - 4, header.length),
    );
    pending = pending.subarray(end);
    if (header.opcode === Opcode.close) {
      over = true;
      return { type: 'close' };
    }
    if (header.opcode === Opcode.ping) return { type: 'ping', data };
    if (header.opcode === Opcode.pong) return { type: 'pong', data };
    return takeData(header.opcode, header.final, data) ?? 'none';
  };

  return {
    push: (chunk) => {
      const events: FrameEvent[] = [];
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (!over) {
        const event = takeFrame();
        if (event === 'incomplete') break;
        if (event !== 'none') events.push(event);
      }
      if (over) pending = Buffer.alloc(0);
      return events;
    },
  };
}

/** One unfragmented frame from a server, which does not mask. */
export function writeFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header = Buffer.alloc(length > 0xffff ? 10 : length > MAX_CONTROL_BYTES ? 4 : 2);
  header[0] = 0x80 | opcode;
  if (length > 0xffff) {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  } else if (length > MAX_CONTROL_BYTES) {
    header[1] = 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = length;
  }
  return Buffer.concat([header, payload]);
}

/** @param reason at most 123 bytes */
export function writeClose(code: number, reason: string): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return writeFrame(Opcode.close, payload);
}
