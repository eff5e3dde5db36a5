import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isFinished } from '../model/lifecycle.ts';
import type { Settings } from '../model/settings.ts';
import type { StreamSession } from '../sessions/stream-session.ts';
import { requireAccess } from './access.ts';
import { type Clock, createDataChannel, type DataChannel } from './data-channel.ts';
import { readOpenDataChannel } from './payloads.ts';
import { type AdminShellCredentials, createTickets, type TicketOptions } from './tickets.ts';
import { acceptUpgrade, CloseCode, refuseUpgrade, type ServerSocket } from './websocket.ts';

/** The admin shells of one emulator: the operation that grants them, and the WebSockets behind their URLs. */
export interface AdminShells {
  /** @throws ServiceError while the session can't be accessed */
  issue(session: StreamSession): AdminShellCredentials;
  /** A listener for an HTTP server's `upgrade` event. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every shell. */
  close(): void;
}

export interface AdminShellsOptions extends Omit<TicketOptions, 'settings'> {
  settings: () => Settings;
  /** Epoch milliseconds, for tokens. The channels go by the machine's time. */
  now: () => number;
}

/** How long a connection may take to send its token. */
const TOKEN_TIMEOUT_MS = 10_000;
/** With this many unread bytes, frames are dropped. They are sent again, since the client does not acknowledge them. */
const MAX_UNREAD_BYTES = 256 * 1024;

/** Of the channels. */
const clock: Clock = {
  now: Date.now,
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds).unref();
    return () => clearTimeout(timer);
  },
  every: (milliseconds, act) => {
    const timer = setInterval(act, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

export function createAdminShells({ settings, ...options }: AdminShellsOptions): AdminShells {
  const tickets = createTickets<StreamSession>({ ...options, settings });
  const sockets = new Set<ServerSocket>();

  /** Serves a shell after its token was accepted. */
  const openChannel = (sessionId: string, session: StreamSession, socket: ServerSocket): DataChannel => {
    const unsubscribe = session.history.onChange((statusReason) => {
      if (isFinished(session.life)) {
        channel.finish(`The stream session has ended${statusReason ? ` (${statusReason})` : ''}.`);
      }
    });
    const channel = createDataChannel({
      sessionId,
      subject: session,
      settings,
      clock,
      transmit: (frame) => {
        if (socket.unread() < MAX_UNREAD_BYTES) socket.sendBinary(frame);
      },
      over: (isPeerAtFault) => {
        unsubscribe();
        socket.close(isPeerAtFault ? CloseCode.protocol : CloseCode.normal, '');
      },
    });
    return channel;
  };

  return {
    issue: (session) => {
      requireAccess(session, settings(), options.now());
      return tickets.issue(session);
    },
    connect: (request, socket, head) => {
      const sessionId = tickets.admit(request.url ?? '');
      if (sessionId === undefined) return refuseUpgrade(socket);
      acceptUpgrade(request, socket, head, (server) => {
        let channel: DataChannel | undefined;
        const refuse = () => server.close(CloseCode.refused, 'The token is not valid.');
        const stopWaiting = clock.after(TOKEN_TIMEOUT_MS, refuse);
        sockets.add(server);
        return {
          text(data) {
            if (channel) return;
            stopWaiting();
            const session = tickets.redeem(sessionId, readOpenDataChannel(data) ?? '');
            if (!session || isFinished(session.life)) return refuse();
            channel = openChannel(sessionId, session, server);
          },
          binary(data) {
            if (channel) channel.receive(data);
            else refuse();
          },
          closed() {
            stopWaiting();
            sockets.delete(server);
            channel?.dispose();
          },
        };
      });
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
}
