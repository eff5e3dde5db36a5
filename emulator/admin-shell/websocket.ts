import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** Close codes of RFC 6455, section 7.4.1. */
export const CloseCode = { normal: 1000, protocol: 1002, refused: 1008 } as const;

/** The server's end of one WebSocket. After `close` and `destroy` it sends nothing more. */
export interface ServerSocket {
  sendBinary(data: Buffer): void;
  close(code: number, reason: string): void;
  destroy(): void;
  /** The number of written bytes that the peer has not read yet. */
  unread(): number;
}

export interface SocketHandlers {
  text(data: Buffer): void;
  binary(data: Buffer): void;
  /** The connection has ended, by either side. Called once. */
  closed(): void;
}

/** Far above what the plugin sends: its payloads have 1,024 bytes, and a token has 1,024 characters at most. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** How many unread bytes a peer may have before it is cut off. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** How long a peer may take to close after a close frame. */
const CLOSE_TIMEOUT_MS = 2_000;

const server = new WebSocketServer({
  noServer: true,
  maxPayload: MAX_MESSAGE_BYTES,
  perMessageDeflate: false,
  clientTracking: false,
});

/** Responds to an upgrade request with an HTTP error, and closes. */
export function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => {});
  // Reads and drops what the peer sends meanwhile, and does not wait for a peer that keeps its side open.
  socket.resume();
  socket.once('finish', () => socket.destroy());
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

/** Whether a request wants a WebSocket. Other upgrades, such as HTTP/2 of curl and Java, get a response in HTTP/1.1. */
export const isWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

/** Completes the opening handshake; a malformed one gets 400. @param head bytes that arrived after the request */
export function acceptUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  opened: (socket: ServerSocket) => SocketHandlers,
): void {
  server.handleUpgrade(request, socket, head, (peer) => {
    const handlers = opened(serverSocket(peer));
    // The library closes the connection after a frame that breaks the protocol.
    peer.on('error', () => {});
    peer.on('message', (data, isBinary) => {
      if (peer.readyState === peer.OPEN) handlers[isBinary ? 'binary' : 'text'](data as Buffer);
    });
    peer.once('close', () => handlers.closed());
  });
}

function serverSocket(peer: WebSocket): ServerSocket {
  return {
    sendBinary(data) {
      if (peer.bufferedAmount > MAX_UNREAD_BYTES) peer.terminate();
      else if (peer.readyState === peer.OPEN) peer.send(data, { binary: true }, () => {});
    },
    close(code, reason) {
      peer.close(code, reason);
      const timer = setTimeout(() => peer.terminate(), CLOSE_TIMEOUT_MS).unref();
      peer.once('close', () => clearTimeout(timer));
    },
    destroy: () => peer.terminate(),
    unread: () => peer.bufferedAmount,
  };
}
