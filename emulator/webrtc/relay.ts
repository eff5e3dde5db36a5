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
  /** From now on ICE's checks and their answers get through and nothing else. There is no way back. */
  carryOnlyStun(): void;
  /**
   * An outage begins. What was under way on the data channels is still delivered and acknowledged for a while: when data stays
   * unacknowledged for about 14 s, the game's SCTP ends the whole connection, and no setting of its library changes that.
   */
  settle(): void;
  /** Epoch milliseconds of the last packet from the client that reached the game; undefined before the first. */
  lastClientPacketAt(): number | undefined;
  close(): void;
}

const HOST = '127.0.0.1';

/** For how long an outage lets the data channels settle: ample for a busy machine, shorter than the 10 s between SCTP's heartbeats. */
const SETTLE_MS = 5_000;
/** A DTLS record of this length carries data, a shorter one an acknowledgement at most. */
const DATA_BYTES = 100;
/** Source: RFC 7983, which tells protocols apart by the first byte. */
const isStun = ([first = 255]: Buffer) => first <= 3;
const isDtls = ([first = 0]: Buffer) => first >= 20 && first <= 63;

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
  let isStunOnly = false;
  let settlesUntil = Number.NEGATIVE_INFINITY;
  let closed = false;

  /** The client hears nothing but data sent before the outage; what it acknowledges or sends is for the game's end to judge. */
  const settles = (direction: Direction, packet: Buffer) =>
    performance.now() < settlesUntil &&
    isDtls(packet) &&
    (direction === 'toGame' || packet.length >= DATA_BYTES);
  const getsThrough = (direction: Direction, packet: Buffer) =>
    carries(direction) ? !isStunOnly || isStun(packet) : settles(direction, packet);

  const pass = (direction: Direction, packet: Buffer, send: () => void) => {
    if (isCut || closed || !getsThrough(direction, packet)) return;
    const present = shaperNow();
    if (present !== shaper) for (const line of Object.values(lines)) line.flush();
    shaper = present;
    const now = performance.now();
    const at = shaper ? shaper.arrivalOf(direction, packet.length, now) : now;
    if (at === undefined) return;
    lines[direction].add(at, () => {
      if (getsThrough(direction, packet)) send();
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
          if (carries('toGame')) seenAt = Date.now();
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
    carryOnlyStun: () => {
      isStunOnly = true;
    },
    settle: () => {
      settlesUntil = performance.now() + SETTLE_MS;
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
