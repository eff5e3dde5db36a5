import { createHash, randomUUID } from 'node:crypto';
import { until } from '../support.ts';

/**
 * A client of the Session Manager data channel for tests, written from the protocol's description. It shares no code with the
 * emulator.
 */

export interface Frame {
  type: string;
  sequence: number;
  flags: number;
  id: Buffer;
  payloadType: number;
  payload: Buffer;
}

/** @param overrides wrong values, for malformed frames */
export function frame(
  type: string,
  sequence: number,
  payloadType: number,
  payload: Buffer | string,
  overrides: { digest?: Buffer; headerLength?: number; payloadLength?: number; flags?: bigint } = {},
): Buffer {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(120);
  head.writeUInt32BE(overrides.headerLength ?? 116, 0);
  head.fill(' ', 4, 36);
  head.write(type, 4);
  head.writeUInt32BE(1, 36);
  head.writeBigUInt64BE(BigInt(Date.now()), 40);
  head.writeBigInt64BE(BigInt(sequence), 48);
  head.writeBigUInt64BE(overrides.flags ?? 0n, 56);
  Buffer.from(randomUUID().replaceAll('-', ''), 'hex').copy(head, 64);
  (overrides.digest ?? createHash('sha256').update(body).digest()).copy(head, 80);
  head.writeUInt32BE(payloadType, 112);
  head.writeUInt32BE(overrides.payloadLength ?? body.length, 116);
  return Buffer.concat([head, body]);
}

export function parse(bytes: Buffer): Frame {
  return {
    type: bytes.toString('latin1', 4, 36).trim(),
    sequence: Number(bytes.readBigInt64BE(48)),
    flags: Number(bytes.readBigUInt64BE(56)),
    id: bytes.subarray(64, 80),
    payloadType: bytes.readUInt32BE(112),
    payload: bytes.subarray(120),
  };
}

/** The usual notation of a UUID that was sent with its low half first. */
export function uuidOf(id: Buffer): string {
  const hex = Buffer.concat([id.subarray(8), id.subarray(0, 8)]).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const acknowledge = (of: Frame): Buffer =>
  frame(
    'acknowledge',
    0,
    0,
    JSON.stringify({
      AcknowledgedMessageType: of.type,
      AcknowledgedMessageId: uuidOf(of.id),
      AcknowledgedMessageSequenceNumber: of.sequence,
      IsSequentialMessage: true,
    }),
    { flags: 3n },
  );

export const HANDSHAKE_RESPONSE = JSON.stringify({
  ClientVersion: '1.2.814.0',
  ProcessedClientActions: [{ ActionType: 'SessionType', ActionStatus: 1, ActionResult: null, Error: '' }],
  Errors: null,
});

export interface ShellClient {
  socket: WebSocket;
  frames: Frame[];
  /** All output so far, in order. */
  screen(): string;
  /** Sends input with the next sequence number. */
  type(text: string): void;
  send(payloadType: number, payload: Buffer | string): void;
  /** The reason of the closed channel, which the plugin prints; undefined while it is open. */
  closedBecause(): string | undefined;
  /** Waits until the screen shows the text. */
  sees(text: string | RegExp): Promise<string>;
  /** Waits for the end. @returns the close code */
  ended(): Promise<number>;
}

export interface ConnectOptions {
  /** The token to send; absent: the right one. */
  token?: string;
  /** Whether it acknowledges, and completes the handshake, by itself. */
  automatic?: boolean;
}

/** Opens a connection as the Session Manager plugin does. */
export async function connectShell(
  credentials: { StreamUrl?: string | undefined; TokenValue?: string | undefined },
  { token = String(credentials.TokenValue), automatic = true }: ConnectOptions = {},
): Promise<ShellClient> {
  const socket = new WebSocket(String(credentials.StreamUrl));
  socket.binaryType = 'arraybuffer';
  const frames: Frame[] = [];
  const outputs = new Map<number, string>();
  let sequence = 0;
  let why: string | undefined;
  let closed: number | undefined;
  socket.onclose = ({ code }) => {
    closed = code;
  };
  socket.onmessage = ({ data }) => {
    const received = parse(Buffer.from(data as ArrayBuffer));
    frames.push(received);
    if (received.type === 'channel_closed') why = JSON.parse(received.payload.toString()).Output;
    if (received.type !== 'output_stream_data') return;
    if (received.payloadType === 1) outputs.set(received.sequence, received.payload.toString());
    if (!automatic) return;
    socket.send(acknowledge(received));
    if (received.payloadType === 5) client.send(6, HANDSHAKE_RESPONSE);
  };
  const client: ShellClient = {
    socket,
    frames,
    screen: () =>
      [...outputs.entries()]
        .sort(([a], [b]) => a - b)
        .map(([, text]) => text)
        .join(''),
    type: (text) => client.send(1, text),
    send: (payloadType, payload) => socket.send(frame('input_stream_data', sequence++, payloadType, payload)),
    closedBecause: () => why,
    sees: async (text) => {
      const has = (screen: string) => (typeof text === 'string' ? screen.includes(text) : text.test(screen));
      const last = await until(client.screen, (screen) => has(screen) || closed !== undefined);
      if (!has(last)) throw new Error(`The screen never showed ${text}: ${JSON.stringify(last)}`);
      return last;
    },
    ended: async () =>
      Number(
        await until(
          () => closed,
          (code) => code !== undefined,
        ),
      ),
  };
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error('The connection was refused.'));
  });
  socket.send(
    JSON.stringify({
      MessageSchemaVersion: '1.0',
      RequestId: randomUUID(),
      TokenValue: token,
      ClientId: randomUUID(),
      ClientVersion: '1.2.814.0',
    }),
  );
  return client;
}
