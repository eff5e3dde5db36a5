import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, createFrameReader, Opcode, writeClose, writeFrame } from './websocket-frames.ts';

/** The server's end of one WebSocket. After `close` and `destroy` nothing is sent and nothing received any more. */
export interface ServerSocket {
  sendBinary(data: Buffer): void;
  close(code: number, reason: string): void;
  destroy(): void;
  /** Bytes written that the peer has not taken yet. */
  unread(): number;
  /** Begins to read. @param head what arrived behind the upgrade request */
  start(head: Buffer): void;
}

export interface SocketHandlers {
  text(data: Buffer): void;
  binary(data: Buffer): void;
  /** The connection has ended, whoever ended it. Called once. */
  closed(): void;
}

/** Far above what the plugin sends: its payloads have 1,024 bytes, and a token has 1,024 characters at most. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** What may lie unread before a peer that does not read is cut off. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** How long a peer may take to hang up after a close frame. */
const CLOSE_PATIENCE_MS = 2_000;
/** Source: RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const accept = (key: string) => createHash('sha1').update(`${key}${GUID}`).digest('base64');

/** Answers an upgrade request with an HTTP error, and hangs up. */
export function refuseUpgrade(socket: Duplex, status: 400 | 403 | 404): void {
  const phrase = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found' }[status];
  socket.on('error', () => {});
  // What was sent meanwhile is read and forgotten, and nobody is waited for who does not hang up.
  socket.resume();
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${phrase}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Whether a request wants a WebSocket. Other offers, such as HTTP/2 of curl and Java, are answered in HTTP/1.1. */
export const isWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

/** @returns the key of a well-formed upgrade request, or undefined */
export function upgradeKey(request: IncomingMessage): string | undefined {
  const { method, headers } = request;
  const key = headers['sec-websocket-key'];
  const isUpgrade =
    method === 'GET' &&
    isWebSocket(request) &&
    headers['sec-websocket-version'] === '13' &&
    Buffer.from(key ?? '', 'base64').length === 16;
  return isUpgrade ? key : undefined;
}

/** Completes the opening handshake. Nothing is read before `start`. */
export function acceptUpgrade(socket: Duplex, key: string, handlers: SocketHandlers): ServerSocket {
  const reader = createFrameReader(MAX_MESSAGE_BYTES);
  let open = true;
  let patience: NodeJS.Timeout | undefined;

  const write = (frame: Buffer) => {
    if (!open) return;
    if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
    else socket.write(frame);
  };
  const close = (code: number, reason: string) => {
    if (!open) return;
    write(writeClose(code, reason));
    open = false;
    socket.end();
    patience = setTimeout(() => socket.destroy(), CLOSE_PATIENCE_MS).unref();
  };
  const read = (chunk: Buffer) => {
    if (!open) return;
    for (const event of reader.push(chunk)) {
      if (!open) return;
      if (event.type === 'text' || event.type === 'binary') handlers[event.type](event.data);
      else if (event.type === 'ping') write(writeFrame(Opcode.pong, event.data));
      else if (event.type === 'failure') close(event.code, '');
      else if (event.type === 'close') close(CloseCode.normal, '');
    }
  };

  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    open = false;
    clearTimeout(patience);
    handlers.closed();
  });
  socket.on('end', () => close(CloseCode.normal, ''));
  write(
    Buffer.from(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(key)}\r\n\r\n`,
    ),
  );
  return {
    start: (head) => {
      if (head.length > 0) read(head);
      socket.on('data', read);
    },
    sendBinary: (data) => write(writeFrame(Opcode.binary, data)),
    close,
    destroy: () => socket.destroy(),
    unread: () => socket.writableLength,
  };
}
