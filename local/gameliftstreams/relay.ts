import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export type Direction = 'toClient' | 'toGame';

/** Decides the fate of one packet: how many milliseconds it is held back (0: none), or undefined to lose it. */
export type Impairment = (direction: Direction) => number | undefined;

/** A network that works. */
const unimpaired: Impairment = () => 0;
/** A network on which packets vanish without a word. */
export const blackhole: Impairment = () => undefined;

/**
 * The network between one client and its game: a UDP relay on the loopback interface. The client knows only the
 * relay's port, the game sees only the relay, so whatever happens to packets happens here.
 */
export interface Relay {
  readonly port: number;
  impair(impairment: Impairment): void;
  /** Epoch milliseconds of the last packet from the client; undefined before the first. */
  lastClientPacketAt(): number | undefined;
  close(): void;
}

const HOST = '127.0.0.1';

async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  // A client that is gone answers with ICMP "port unreachable"; its silence is noticed elsewhere.
  socket.on('error', () => {});
  socket.bind(0, HOST);
  await once(socket, 'listening');
  return socket.unref();
}

/** @param gamePort the UDP port on 127.0.0.1 where the game's peer listens */
export async function openRelay(gamePort: number): Promise<Relay> {
  const front = await openSocket();
  // A browser probes from several ports and uses one: each gets its own port towards the game, as a NAT would do.
  const backs = new Map<number, Promise<Socket>>();
  let seenAt: number | undefined;
  let impairment = unimpaired;
  let closed = false;

  const pass = (direction: Direction, send: () => void) => {
    const delay = impairment(direction);
    if (delay === undefined || closed) return;
    if (delay === 0) send();
    else setTimeout(() => closed || send(), delay).unref();
  };
  const openBack = async (clientPort: number) => {
    const back = await openSocket();
    back.on('message', (packet) => pass('toClient', () => front.send(packet, clientPort, HOST)));
    return back;
  };
  front.on('message', (packet, { port }) => {
    seenAt = Date.now();
    const back = backs.get(port) ?? openBack(port);
    backs.set(port, back);
    void back.then((socket) => pass('toGame', () => socket.send(packet, gamePort, HOST)));
  });

  return {
    port: front.address().port,
    impair: (next) => {
      impairment = next;
    },
    lastClientPacketAt: () => seenAt,
    close: () => {
      if (closed) return;
      closed = true;
      front.close();
      for (const back of backs.values()) void back.then((socket) => socket.close());
    },
  };
}
