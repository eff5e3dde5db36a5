import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createDelayLine } from './delay-line.ts';
import type { PeerNetwork } from './peer.ts';
import type { Direction, Shaper } from './shaper.ts';

/**
 * The network between one client and its game: a UDP relay on the loopback interface. The client knows only the
 * relay's port, the game sees only the relay, so whatever happens to packets happens here.
 */
export interface Relay {
  readonly port: number;
  /** From now on packets vanish without a word, those on their way included. There is no way back. */
  cut(): void;
  /** Epoch milliseconds of the last packet from the client that reached the game; undefined before the first. */
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

/**
 * @param gamePort the UDP port on 127.0.0.1 where the game's peer listens
 * @param network what packets meet. When the shaper is another one than at the packet before, what was on its way arrives at once. A
 * packet must be carried both when it sets out and when it arrives.
 */
export async function openRelay(
  gamePort: number,
  { shaper: shaperNow, carries }: PeerNetwork,
): Promise<Relay> {
  const front = await openSocket();
  // A browser probes from several ports and uses one: each gets its own port towards the game, as a NAT would do.
  const backs = new Map<number, Promise<Socket>>();
  const lines = { toClient: createDelayLine(), toGame: createDelayLine() };
  let seenAt: number | undefined;
  let shaper: Shaper | undefined;
  let isCut = false;
  let closed = false;

  const pass = (direction: Direction, { length }: Buffer, send: () => void) => {
    if (isCut || closed || !carries(direction)) return;
    const present = shaperNow();
    if (present !== shaper) for (const line of Object.values(lines)) line.flush();
    shaper = present;
    const now = performance.now();
    const at = shaper ? shaper.arrivalOf(direction, length, now) : now;
    if (at === undefined) return;
    lines[direction].add(at, () => {
      if (carries(direction)) send();
    });
  };
  const openBack = async (clientPort: number) => {
    const back = await openSocket();
    back.on('message', (packet) => pass('toClient', packet, () => front.send(packet, clientPort, HOST)));
    return back;
  };
  front.on('message', (packet, { port }) => {
    const back = backs.get(port) ?? openBack(port);
    backs.set(port, back);
    void back.then(
      (socket) =>
        pass('toGame', packet, () => {
          seenAt = Date.now();
          socket.send(packet, gamePort, HOST);
        }),
      // No socket to be had: the packet is lost, and the next one tries again.
      () => backs.delete(port),
    );
  });

  const loseAll = () => {
    for (const line of Object.values(lines)) line.clear();
  };
  return {
    port: front.address().port,
    cut: () => {
      isCut = true;
      loseAll();
    },
    lastClientPacketAt: () => seenAt,
    close: () => {
      if (closed) return;
      closed = true;
      loseAll();
      front.close();
      for (const back of backs.values())
        void back.then(
          (socket) => socket.close(),
          () => {},
        );
    },
  };
}
