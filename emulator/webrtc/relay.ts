import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createDelayLine } from './delay-line.ts';
import { LOOPBACK_ADDRESS, ownAddresses } from './media-address.ts';
import type { PeerNetwork } from './peer.ts';
import type { Direction, Shaper } from './shaper.ts';

/**
 * The network between one client and its game: a UDP relay. Client and game send to the relay only, so it decides the fate of each
 * packet. All is on loopback, or on another address of this machine if that is asked for.
 */
export interface Relay {
  readonly port: number;
  /** Drops all packets from now on, also those under way. It can't be undone. */
  cut(): void;
  /** From now on only ICE checks and their responses get through. It can't be undone. */
  carryOnlyStun(): void;
  /**
   * An outage begins. For a while the relay still delivers and acknowledges data channel packets: when data stays unacknowledged for
   * about 14 s, the game's SCTP ends the whole connection, and its library has no setting for that.
   */
  settle(): void;
  /** Epoch milliseconds of the last packet from the client that reached the game; undefined before the first. */
  lastClientPacketAt(): number | undefined;
  close(): void;
}

/** How long the data channels settle in an outage: ample for a busy machine, and shorter than the 10 s between SCTP's heartbeats. */
const SETTLE_MS = 5_000;
/** A DTLS record of at least this length has data; a shorter one has an acknowledgement at most. */
const DATA_BYTES = 100;
/** Source: RFC 7983, which distinguishes protocols by the first byte. */
const isStun = ([first = 255]: Buffer) => first <= 3;
const isDtls = ([first = 0]: Buffer) => first >= 20 && first <= 63;

async function openSocket(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  // ICMP "port unreachable" of a client that is gone. The peer notices its silence.
  socket.on('error', () => {});
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket.unref();
}

/**
 * @param gamePort the UDP port where the game's peer listens, at the network's `mediaAddress`
 * @param network when the shaper changes, delayed packets arrive at once. A packet must be carried both when it is sent and when it
 * arrives. On an address that other machines can reach, their packets are dropped unread.
 */
export async function openRelay(
  gamePort: number,
  { shaper: shaperNow, carries, mediaAddress = LOOPBACK_ADDRESS }: PeerNetwork,
): Promise<Relay> {
  const front = await openSocket(mediaAddress);
  // Nobody else reaches loopback.
  const own = mediaAddress === LOOPBACK_ADDRESS ? undefined : new Set(ownAddresses());
  // A browser probes from several ports and uses one. Each gets its own port towards the game, like behind a NAT.
  const backs = new Map<string, Promise<Socket>>();
  const delayLines = { toClient: createDelayLine(), toGame: createDelayLine() };
  let seenAt: number | undefined;
  let shaper: Shaper | undefined;
  let isCut = false;
  let isStunOnly = false;
  let settlesUntil = Number.NEGATIVE_INFINITY;
  let closed = false;

  /** Lets only data of before the outage through to the client. Lets all DTLS through to the game, whose end sorts it. */
  const settles = (direction: Direction, packet: Buffer) =>
    performance.now() < settlesUntil &&
    isDtls(packet) &&
    (direction === 'toGame' || packet.length >= DATA_BYTES);
  const getsThrough = (direction: Direction, packet: Buffer) =>
    carries(direction) ? !isStunOnly || isStun(packet) : settles(direction, packet);

  const pass = (direction: Direction, packet: Buffer, send: () => void) => {
    if (isCut || closed || !getsThrough(direction, packet)) return;
    const current = shaperNow();
    if (current !== shaper) for (const line of Object.values(delayLines)) line.flush();
    shaper = current;
    const now = performance.now();
    const at = shaper ? shaper.arrivalOf(direction, packet.length, now) : now;
    if (at === undefined) return;
    delayLines[direction].add(at, () => {
      if (getsThrough(direction, packet)) send();
    });
  };
  const openBack = async (address: string, port: number) => {
    const back = await openSocket(mediaAddress);
    back.on('message', (packet, from) => {
      if (from.address !== mediaAddress || from.port !== gamePort) return;
      pass('toClient', packet, () => front.send(packet, port, address));
    });
    return back;
  };
  front.on('message', (packet, { address, port }) => {
    if (own?.has(address) === false) return;
    const client = `${address}:${port}`;
    const back = backs.get(client) ?? openBack(address, port);
    backs.set(client, back);
    void back.then(
      (socket) =>
        pass('toGame', packet, () => {
          if (carries('toGame')) seenAt = Date.now();
          socket.send(packet, gamePort, mediaAddress);
        }),
      // There was no free socket: the packet is lost, and the next one tries again.
      () => backs.delete(client),
    );
  });

  const dropAll = () => {
    for (const line of Object.values(delayLines)) line.clear();
  };
  return {
    port: front.address().port,
    cut: () => {
      isCut = true;
      dropAll();
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
      dropAll();
      front.close();
      for (const back of backs.values())
        void back.then(
          (socket) => socket.close(),
          () => {},
        );
    },
  };
}
