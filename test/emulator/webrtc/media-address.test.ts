import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownAddresses, parseMediaAddress } from '../../../emulator/webrtc/media-address.ts';
import { openRelay, type Relay } from '../../../emulator/webrtc/relay.ts';
import { until } from '../support.ts';

/** All of 127.0.0.0/8 is here. The relay knows 127.0.0.1 as this machine's, so another of these is a stranger to it. */
const MEDIA_ADDRESS = '127.0.0.2';
const STRANGER = '127.0.0.3';

const ends: Socket[] = [];
let relay: Relay;
let game: Awaited<ReturnType<typeof openEnd>>;
beforeEach(async () => {
  game = await openEnd(MEDIA_ADDRESS);
  relay = await openRelay(game.port, {
    shaper: () => undefined,
    carries: () => true,
    mediaAddress: MEDIA_ADDRESS,
  });
});
afterEach(() => {
  relay.close();
  for (const end of ends.splice(0)) end.close();
});

async function openEnd(address: string) {
  const socket = createSocket('udp4');
  ends.push(socket);
  const heard: string[] = [];
  const from: number[] = [];
  socket.on('message', (packet, { port }) => {
    heard.push(String(packet));
    from.push(port);
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  const send = (text: string, port: number) => socket.send(text, port, MEDIA_ADDRESS);
  return { heard, from, send, port: socket.address().port };
}
const hears = (end: { heard: string[] }, text: string) =>
  until(
    () => end.heard,
    (heard) => heard.includes(text),
  );

it('a client on this machine reaches the game on the media address, and is answered from there', async () => {
  const client = await openEnd('127.0.0.1');
  client.send('hello', relay.port);
  await hears(game, 'hello');
  game.send('welcome', game.from[0] ?? 0);
  await hears(client, 'welcome');
  expect(client.from).toEqual([relay.port]);
});

it('packets from another machine reach neither the game nor a client', async () => {
  const [client, stranger] = [await openEnd('127.0.0.1'), await openEnd(STRANGER)];
  client.send('hello', relay.port);
  await hears(game, 'hello');
  const [back = 0] = game.from;
  stranger.send('to the game', relay.port);
  stranger.send('to the client', back);
  // One socket delivers in the order of arrival.
  client.send('last', relay.port);
  await hears(game, 'last');
  game.send('last', back);
  await hears(client, 'last');
  expect(game.heard).toEqual(['hello', 'last']);
  expect(client.heard).toEqual(['last']);
});

it('an address that is not this machine’s is refused in a sentence that names those that are', () => {
  expect(parseMediaAddress('127.0.0.1')).toBe('127.0.0.1');
  for (const address of ownAddresses()) expect(parseMediaAddress(address)).toBe(address);
  for (const wrong of ['', '0.0.0.0', '203.0.113.9', 'localhost'])
    expect(() => parseMediaAddress(wrong)).toThrow(
      `--media-address must be an IPv4 address of this machine (${ownAddresses().join(', ')}), not "${wrong}".`,
    );
});
