import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TerminateStreamSessionCommand } from '@aws-sdk/client-gameliftstreams';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shutdownWebRtc } from '../../../emulator/server.ts';
import { createPlayer, type Player } from '../player.ts';
import { type Bench, GROUP, newOffer, openBench, until } from '../support.ts';

let bench: Bench;
let players: Player[] = [];
beforeAll(async () => {
  bench = await openBench();
});
afterEach(async () => {
  for (const player of players) player.close();
  players = [];
  await bench.control('PUT', 'settings', {
    lossNoticeSeconds: 0,
    clientSilenceSeconds: 1000,
    peer: 'auto',
    connectWhileConnected: 'ConflictException',
  });
});
afterAll(async () => {
  await bench.close();
  // A garbage-collected channel would crash the process here.
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 50));
  collectGarbage();
  await shutdownWebRtc();
});

const player = async () => {
  const made = await createPlayer();
  players.push(made);
  return made;
};
const counter = ({ messages }: Player) => messages.at(-1)?.counter ?? -1;
const hears = (who: Player, count = who.messages.length + 2) =>
  until(
    () => who.messages.length,
    (length) => length >= count,
  );
const states = async (id: string) =>
  (await bench.control('GET', `streamsessions/${id}`)).body as Record<string, unknown>;

/** Waits until the game has sent its state a few times more. */
const gameGoesOn = async (id: string) => {
  const from = Number((await states(id)).counter);
  await until(
    () => states(id),
    ({ counter }) => Number(counter) >= from + 5,
  );
};

async function playing(): Promise<{ id: string; who: Player }> {
  const who = await player();
  const id = await bench.start({ SignalRequest: who.signalRequest });
  const session = await until(
    () => bench.get(id),
    ({ SignalResponse }) => SignalResponse !== undefined,
  );
  who.accept(String(session.SignalResponse));
  await bench.reaches(id, 'CONNECTED');
  await hears(who);
  return { id, who };
}

/** The type of the first NAL unit that a player received. 7 is a sequence parameter set, which comes only before an IDR frame. */
function firstNal({ packets }: Player): number {
  const packet = packets[0] ?? Buffer.alloc(64);
  const hasExtension = ((packet[0] ?? 0) & 0x10) !== 0;
  const header = 12 + ((packet[0] ?? 0) & 0x0f) * 4;
  const payload = header + (hasExtension ? 4 + packet.readUInt16BE(header + 2) * 4 : 0);
  const type = (packet[payload] ?? 0) & 0x1f;
  // STAP-A (24) carries several small units: the first one's header follows its two-byte length.
  return type === 24 ? (packet[payload + 3] ?? 0) & 0x1f : type;
}

describe('a player with a real peer connection', () => {
  it("gets video that a decoder can start with and the game's counter, and its input is counted", async () => {
    const { id, who } = await playing();
    expect(await states(id)).toMatchObject({ peer: 'webrtc', connections: 1 });
    await until(
      () => who.packets.length,
      (length) => length > 30,
    );
    expect(who.packets.length).toBeGreaterThan(30);
    expect(firstNal(who)).toBe(7);
    who.sendInput();
    const inputs = await until(
      () => who.messages.at(-1)?.inputs,
      (count) => count === 1,
    );
    expect(inputs).toBe(1);
  });

  it('gets nothing in a blackhole, and comes back to a counter that has gone on', async () => {
    const { id, who } = await playing();
    const before = counter(who);
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');
    // A packet that was under way then may still arrive, but no later one, while the game goes on.
    const atDrop = Number((await states(id)).counter);
    await until(
      async () => Number((await states(id)).counter),
      (now) => now > atDrop + 3,
    );
    expect(counter(who)).toBeLessThanOrEqual(atDrop);

    const again = await player();
    again.accept(await bench.connect(id, again.signalRequest));
    await bench.reaches(id, 'CONNECTED');
    await hears(again);
    expect(counter(again)).toBeGreaterThan(before);
    expect(again.messages[0]).toMatchObject({ type: 'state', connection: 2 });
    await until(
      () => again.packets.length,
      (length) => length > 0,
    );
    expect(firstNal(again)).toBe(7);
    expect(who.isClosed()).toBe(false);
  });

  it('plays on over the same connection after a blackout', async () => {
    await bench.control('PUT', 'settings', { lossNoticeSeconds: 1000 });
    const { id, who } = await playing();
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'blackout' });
    expect(await states(id)).toMatchObject({ status: 'CONNECTED', outage: { how: 'blackout' } });
    // A packet that has already left the relay may still arrive.
    await gameGoesOn(id);
    const [messages, packets] = [who.messages.length, who.packets.length];
    await gameGoesOn(id);
    expect([who.messages.length, who.packets.length]).toEqual([messages, packets]);
    expect((await bench.control('POST', `streamsessions/${id}/restore`)).status).toBe(200);
    await hears(who);
    await until(
      () => who.packets.length,
      (length) => length > packets,
    );
    expect(who.messages.length).toBeGreaterThan(messages);
    expect(who.packets.length).toBeGreaterThan(packets);
    expect(await states(id)).toMatchObject({ status: 'CONNECTED', connections: 1, outage: null });
  });

  it('with a dead downlink gets nothing, but its packets reach the game, and it counts as connected', async () => {
    // With nothing to acknowledge, this player sends little.
    await bench.control('PUT', 'settings', { clientSilenceSeconds: 1000 });
    const { id, who } = await playing();
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'downlink' });
    await gameGoesOn(id);
    const [messages, packets] = [who.messages.length, who.packets.length];
    who.sendInput();
    await until(
      () => states(id),
      ({ inputs }) => inputs === 1,
    );
    await gameGoesOn(id);
    expect([who.messages.length, who.packets.length]).toEqual([messages, packets]);
    expect(await states(id)).toMatchObject({
      status: 'CONNECTED',
      inputs: 1,
      outage: { how: 'downlink' },
    });
    await bench.control('POST', `streamsessions/${id}/restore`);
    await hears(who);
    expect(who.messages.at(-1)).toMatchObject({ inputs: 1, connection: 1 });
  });

  it('with a dead downlink plays on over a new connection', async () => {
    await bench.control('PUT', 'settings', { connectWhileConnected: 'accept', clientSilenceSeconds: 1000 });
    const { id } = await playing();
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'downlink' });
    const again = await player();
    again.accept(await bench.connect(id, again.signalRequest));
    await hears(again);
    expect(again.messages.at(-1)).toMatchObject({ connection: 2 });
    expect(await states(id)).toMatchObject({ status: 'CONNECTED' });
  });

  it('in a long blackout is noticed as lost, and can connect anew only when it is over', async () => {
    const { id, who } = await playing();
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'blackout' });
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');
    const again = await player();
    again.accept(await bench.connect(id, again.signalRequest));
    await bench.reaches(id, 'ACTIVE');
    await gameGoesOn(id);
    expect(again.isConnected()).toBe(false);
    const heard = who.messages.length;
    await bench.control('POST', `streamsessions/${id}/restore`);
    await bench.reaches(id, 'CONNECTED');
    await hears(again);
    expect(again.messages.at(-1)).toMatchObject({ connection: 2 });
    expect(who.messages.length).toBe(heard);
  });

  it('whose connection is closed cleanly sees that at once', async () => {
    await bench.control('PUT', 'settings', { lossNoticeSeconds: 1000 });
    const { id, who } = await playing();
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');
    expect(
      await until(
        () => who.isClosed(),
        (isClosed) => isClosed,
      ),
    ).toBe(true);
  });

  it('who closes the tab properly is noticed as lost at once, even with a long lossNoticeSeconds', async () => {
    await bench.control('PUT', 'settings', { lossNoticeSeconds: 1000 });
    const { id, who } = await playing();
    who.close();
    await bench.reaches(id, 'PENDING_CLIENT_RECONNECTION');
  });

  it('who falls silent is noticed as lost after clientSilenceSeconds', async () => {
    const { id } = await playing();
    await bench.control('PUT', 'settings', { clientSilenceSeconds: 0 });
    await bench.reaches(id, 'PENDING_CLIENT_RECONNECTION');
  });

  it('gets the goodbye when the session is terminated', async () => {
    const { id, who } = await playing();
    await bench.client.send(
      new TerminateStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier: id }),
    );
    const farewell = await until(
      () => who.messages.find(({ type }) => type === 'serverDisconnect'),
      (message) => message !== undefined,
    );
    expect(farewell).toEqual({ type: 'serverDisconnect', reason: 'terminated' });
  });

  it('can be replaced by a second client, and its old connection no longer counts', async () => {
    await bench.control('PUT', 'settings', { connectWhileConnected: 'accept' });
    const { id } = await playing();
    const other = await player();
    other.accept(await bench.connect(id, other.signalRequest));
    await bench.reaches(id, 'CONNECTED');
    await hears(other);
    expect(await states(id)).toMatchObject({ status: 'CONNECTED', connections: 2 });
  });
});

describe('the setting peer', () => {
  it('signalling: a browser’s offer is answered without a connection, for load', async () => {
    await bench.control('PUT', 'settings', { peer: 'signalling' });
    const id = await bench.start({ SignalRequest: (await player()).signalRequest });
    await bench.reaches(id, 'CONNECTED');
    expect(await states(id)).toMatchObject({ peer: 'signalling' });
  });

  it('webrtc: a bare offer is refused', async () => {
    await bench.control('PUT', 'settings', { peer: 'webrtc' });
    const id = await bench.start({ SignalRequest: newOffer() });
    expect(await bench.reaches(id, 'ERROR')).toMatchObject({ StatusReason: 'invalidSignalRequest' });
  });

  it('an offer of a browser without H.264 is refused', async () => {
    const { signalRequest } = await player();
    const id = await bench.start({ SignalRequest: signalRequest.replaceAll('H264', 'VP8') });
    expect(await bench.reaches(id, 'ERROR')).toMatchObject({ StatusReason: 'invalidSignalRequest' });
  });
});
