import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseNetwork } from '../../../emulator/webrtc/network.ts';
import { openRelay, type Relay } from '../../../emulator/webrtc/relay.ts';
import { createShaper, type Direction, type Shaper } from '../../../emulator/webrtc/shaper.ts';
import { until } from '../support.ts';

interface End {
  socket: Socket;
  /** The numbers that have arrived, in order. */
  heard: number[];
  port(): number;
}

async function openEnd(): Promise<End> {
  const socket = createSocket('udp4');
  const heard: number[] = [];
  socket.on('message', (packet) => heard.push(packet.readUInt32BE(0)));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, heard, port: () => socket.address().port };
}

let game: End;
let client: End;
let relay: Relay;
let shaper: Shaper | undefined;
/** The directions in which nothing gets through. */
let dead: readonly Direction[];
/** How many packets were lost in these directions. */
let swallowed: number;
const network = {
  shaper: () => shaper,
  carries: (direction: Direction) => {
    const isCarried = !dead.includes(direction);
    if (!isCarried) swallowed += 1;
    return isCarried;
  },
};
/** The relay's port towards the game. */
let back: number;
beforeEach(async () => {
  shaper = undefined;
  dead = [];
  swallowed = 0;
  [game, client] = [await openEnd(), await openEnd()];
  relay = await openRelay(game.port(), network);
  const first = once(game.socket, 'message');
  await send(client, relay.port, [0]);
  back = (await first)[1].port;
  game.heard.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  relay.close();
  game.socket.close();
  client.socket.close();
});

const numbered = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);
/** Sends packets with a pause every few, since a socket's buffer is finite. */
async function send({ socket }: End, port: number, numbers: readonly number[]): Promise<void> {
  for (const [index, number] of numbers.entries()) {
    const packet = Buffer.alloc(100);
    packet.writeUInt32BE(number);
    socket.send(packet, port, '127.0.0.1');
    if (index % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
const bothWays = (numbers: readonly number[]) =>
  Promise.all([send(client, relay.port, numbers), send(game, back, numbers)]);
const arrives = (end: End, count: number) =>
  until(
    () => end.heard.length,
    (length) => length >= count,
  );
/**
 * How many packets a socket's buffer of 208 KB holds, the default on Linux: after a pause of a busy machine, all due packets are
 * sent at once.
 */
const A_BURST = 150;
/** How many packets the present shaper has seen. */
let judged: number;
const behave = (network: object) => {
  const parsed = parseNetwork(network);
  const made = parsed && createShaper(parsed, performance.now());
  judged = 0;
  shaper = made && {
    arrivalOf: (...packet) => {
      judged += 1;
      return made.arrivalOf(...packet);
    },
  };
};
const judges = (count: number) =>
  until(
    () => judged,
    (so) => so >= count,
  );

describe('packets between a client and its game', () => {
  it('all arrive in order on a good network', async () => {
    await bothWays(numbered(500));
    await Promise.all([arrives(game, 500), arrives(client, 500)]);
    expect(game.heard).toEqual(numbered(500));
    expect(client.heard).toEqual(numbered(500));
  });

  it('are lost in both directions at the given rate, and not any more on a good network', async () => {
    behave({ lossPercent: 30 });
    await bothWays(numbered(1_000));
    behave({});
    await bothWays([1_001]);
    await Promise.all([
      until(
        () => game.heard.at(-1),
        (last) => last === 1_001,
      ),
      until(
        () => client.heard.at(-1),
        (last) => last === 1_001,
      ),
    ]);
    for (const { heard } of [game, client]) {
      expect(heard.length).toBeGreaterThan(600);
      expect(heard.length).toBeLessThan(800);
    }
    game.heard.length = 0;
    await send(client, relay.port, numbered(500));
    await arrives(game, 500);
    expect(game.heard.length).toBe(500);
  });

  it('stay in order under jitter', async () => {
    behave({ delayMs: 20, jitterMs: 60 });
    await bothWays(numbered(A_BURST));
    await Promise.all([arrives(game, A_BURST), arrives(client, A_BURST)]);
    expect(game.heard).toEqual(numbered(A_BURST));
    expect(client.heard).toEqual(numbered(A_BURST));
  });

  it('overtake each other with reorder, and none is lost', async () => {
    behave({ jitterMs: 60, reorder: true });
    await send(client, relay.port, numbered(A_BURST));
    await arrives(game, A_BURST);
    expect(game.heard).not.toEqual(numbered(A_BURST));
    expect(game.heard.toSorted((a, b) => a - b)).toEqual(numbered(A_BURST));
  });

  it('arrive in order after a freeze, or when the network becomes good again', async () => {
    behave({ freeze: { everyMs: 600_000, forMs: 599_999.999 } });
    await send(client, relay.port, numbered(50));
    await judges(50);
    expect(game.heard).toEqual([]);
    behave({});
    await send(client, relay.port, [51]);
    await arrives(game, 51);
    expect(game.heard).toEqual(numbered(51));
  });

  it('that never reach the game do not count as received from the client', async () => {
    behave({ lossPercent: 100 });
    const deaf = await openRelay(game.port(), network);
    await send(client, deaf.port, numbered(3));
    await judges(3);
    expect(deaf.lastClientPacketAt()).toBeUndefined();
    behave({});
    await send(client, deaf.port, [4]);
    await arrives(game, 1);
    expect(deaf.lastClientPacketAt()).toBeTypeOf('number');
    deaf.close();
  });

  it('are lost when the relay cuts the client off, also those under way', async () => {
    // The clock of the packets moves only when the test moves it.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    behave({ delayMs: 500 });
    await bothWays(numbered(10));
    await expect.poll(() => judged).toBe(20);
    relay.cut();
    behave({});
    await bothWays(numbered(10, 11));
    vi.advanceTimersByTime(1_000);
    // Packets to one socket arrive in order: an older one that has not arrived before these is lost.
    await send(client, game.port(), [99]);
    await send(game, client.port(), [99]);
    await expect.poll(() => [game.heard.at(-1), client.heard.at(-1)]).toEqual([99, 99]);
    expect(game.heard).toEqual([99]);
    expect(client.heard).toEqual([99]);
  });

  it('are lost in both directions in a blackout, and get through again on the same ports afterwards', async () => {
    dead = ['toClient', 'toGame'];
    await bothWays(numbered(20));
    await until(
      () => swallowed,
      (count) => count === 40,
    );
    dead = [];
    await bothWays(numbered(20, 21));
    await Promise.all([arrives(game, 20), arrives(client, 20)]);
    expect(game.heard).toEqual(numbered(20, 21));
    expect(client.heard).toEqual(numbered(20, 21));
  });

  it('are lost in one direction only with a dead downlink', async () => {
    dead = ['toClient'];
    await bothWays(numbered(20));
    await Promise.all([arrives(game, 20), until(() => swallowed, Boolean)]);
    dead = [];
    await send(game, back, [21]);
    await arrives(client, 1);
    expect(game.heard).toEqual(numbered(20));
    expect(client.heard).toEqual([21]);
  });

  it('that are sent in a blackout are lost, even if they would arrive after its end', async () => {
    behave({ freeze: { everyMs: 600_000, forMs: 599_999.999 } });
    dead = ['toGame'];
    await send(client, relay.port, numbered(20));
    await until(
      () => swallowed,
      (count) => count === 20,
    );
    dead = [];
    behave({});
    await send(client, relay.port, [21]);
    await arrives(game, 1);
    expect(game.heard).toEqual([21]);
  });

  it('that are under way when a blackout begins are lost as well', async () => {
    behave({ freeze: { everyMs: 600_000, forMs: 599_999.999 } });
    await send(client, relay.port, numbered(20));
    await judges(20);
    dead = ['toGame'];
    // A new network sends the packets that the one before held back.
    behave({});
    await send(game, back, [99]);
    await until(
      () => swallowed,
      (count) => count === 20,
    );
    dead = [];
    await send(client, relay.port, [21]);
    await arrives(game, 1);
    expect(game.heard).toEqual([21]);
  });

  /** The number of a packet whose first byte is that of a DTLS record with data, and that of one of ICE's checks. */
  const DTLS = 0x1700_0000;
  const STUN = 0x0001_0000;

  it('of data channels that were under way when an outage begins are still delivered, those of media and ICE are not', async () => {
    dead = ['toClient', 'toGame'];
    relay.settle();
    const seenAt = relay.lastClientPacketAt();
    await bothWays([STUN, 0x8000_0000, DTLS + 1]);
    await Promise.all([arrives(game, 1), arrives(client, 1)]);
    await until(
      () => swallowed,
      (count) => count >= 4,
    );
    expect(game.heard).toEqual([DTLS + 1]);
    expect(client.heard).toEqual([DTLS + 1]);
    // Not counted as received from the client: the network is dark.
    expect(relay.lastClientPacketAt()).toBe(seenAt);
  });

  it('that are too short to have data reach the game at the start of an outage, and never the client', async () => {
    dead = ['toClient', 'toGame'];
    relay.settle();
    const acknowledgement = Buffer.alloc(70);
    acknowledgement.writeUInt32BE(DTLS);
    game.socket.send(acknowledgement, back, '127.0.0.1');
    client.socket.send(acknowledgement, relay.port, '127.0.0.1');
    await arrives(game, 1);
    await send(game, back, [DTLS + 1]);
    await arrives(client, 1);
    expect(game.heard).toEqual([DTLS]);
    expect(client.heard).toEqual([DTLS + 1]);
  });

  it('of ICE alone get through with stunOnly', async () => {
    relay.carryOnlyStun();
    await bothWays([DTLS, 0x8000_0000, STUN]);
    await Promise.all([arrives(game, 1), arrives(client, 1)]);
    expect(game.heard).toEqual([STUN]);
    expect(client.heard).toEqual([STUN]);
  });
});
