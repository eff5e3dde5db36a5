import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shutdownWebRtc } from '../../../emulator/server.ts';
import { createPlayer, type Player } from '../player.ts';
import { type Bench, openBench, until } from '../support.ts';

/**
 * A connection that another one replaces, or whose loss was noticed, which AWS hardly documents. Each value of these settings, with
 * real peer connections.
 */
let bench: Bench;
let players: Player[] = [];
beforeEach(async () => {
  // A player who has nothing to acknowledge sends little. So only tests about silence count it as a loss.
  bench = await openBench({ settings: { lossNoticeSeconds: 1000, connectWhileConnected: 'accept' } });
});
afterEach(async () => {
  for (const player of players) player.close();
  players = [];
  await bench.close();
});
afterAll(() => shutdownWebRtc());

const set = async (settings: object) =>
  expect((await bench.control('PUT', 'settings', settings)).status).toBe(200);
const shown = async (id: string) =>
  (await bench.control('GET', `streamsessions/${id}`)).body as Record<string, unknown>;
const drop = (id: string, how: object) => bench.control('POST', `streamsessions/${id}/drop`, how);
const restore = (id: string) => bench.control('POST', `streamsessions/${id}/restore`);
const player = async () => {
  const made = await createPlayer();
  players.push(made);
  return made;
};
async function playing(input: object = {}) {
  const who = await player();
  const id = await bench.start({ SignalRequest: who.signalRequest, ...input });
  const { SignalResponse } = await until(
    () => bench.get(id),
    (session) => session.SignalResponse !== undefined,
  );
  who.accept(String(SignalResponse));
  await bench.reaches(id, 'CONNECTED');
  await hears(who);
  return { id, who };
}
/** Gets an answer for a second player, who does not apply it yet. */
async function answered(id: string) {
  const other = await player();
  const answer = await bench.connect(id, other.signalRequest);
  return { other, applies: () => other.accept(answer) };
}
const hears = async (who: Player) => {
  const count = who.messages.length + 2;
  const heard = await until(
    () => who.messages.length,
    (length) => length >= count,
  );
  expect(heard).toBeGreaterThanOrEqual(count);
};
/** Waits until the game has sent its state `count` times more. */
const gameGoesOn = async (id: string, ticks = 5) => {
  const end = Number((await shown(id)).counter) + ticks;
  for (let counter = 0; counter < end; counter = Number((await shown(id)).counter))
    await new Promise((resolve) => setTimeout(resolve, 20));
};
const closes = async (who: Player) => expect(await until(who.isClosed, Boolean)).toBe(true);

describe('oldPeerAfterAnswer', () => {
  it('cut: the old client is closed at the answer, before the new one has connected', async () => {
    const { id, who } = await playing();
    await answered(id);
    await closes(who);
    expect(await shown(id)).toMatchObject({ status: 'ACTIVE', connections: 1 });
  });

  it('untilNewConnects: the old client plays on, CONNECTED, until the new one has connected', async () => {
    await set({ oldPeerAfterAnswer: 'untilNewConnects' });
    const { id, who } = await playing();
    const { other, applies } = await answered(id);
    await bench.reaches(id, 'CONNECTED');
    await hears(who);
    expect(await shown(id)).toMatchObject({ connections: 1 });
    applies();
    await closes(who);
    await hears(other);
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED', connections: 2 });
  });

  it('untilNewConnects: a session whose new client never connects does not time out while the old client plays', async () => {
    await set({ oldPeerAfterAnswer: 'untilNewConnects' });
    const { id, who } = await playing({ ConnectionTimeoutSeconds: 1 });
    await answered(id);
    await bench.reaches(id, 'CONNECTED');
    await gameGoesOn(id, 15);
    await hears(who);
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED', connections: 1 });
  });

  it('never: both clients play on, and the session ends for both', async () => {
    await set({ oldPeerAfterAnswer: 'never' });
    const { id, who } = await playing();
    const { other, applies } = await answered(id);
    applies();
    await hears(other);
    await hears(who);
    who.sendInput();
    other.sendInput();
    await until(
      () => shown(id),
      ({ inputs }) => inputs === 2,
    );
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED', connections: 2, inputs: 2 });
    await bench.control('POST', `streamsessions/${id}/end`, { statusReason: 'applicationExit' });
    await Promise.all([closes(who), closes(other)]);
  });

  it('never: the old client’s end does not count as a loss of the new client', async () => {
    await set({ oldPeerAfterAnswer: 'never' });
    const { id, who } = await playing();
    const { other, applies } = await answered(id);
    applies();
    await hears(other);
    who.close();
    await gameGoesOn(id);
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED', connections: 2 });
    other.close();
    await bench.reaches(id, 'PENDING_CLIENT_RECONNECTION');
  });

  it('never: a client that applies its answer after the old client was lost still connects', async () => {
    await set({ oldPeerAfterAnswer: 'never' });
    const { id, who } = await playing();
    const { other, applies } = await answered(id);
    await bench.reaches(id, 'CONNECTED');
    who.close();
    await bench.reaches(id, 'PENDING_CLIENT_RECONNECTION');
    applies();
    await bench.reaches(id, 'CONNECTED');
    await hears(other);
    expect(await shown(id)).toMatchObject({ connections: 2 });
  });

  it('cut: the old client in a blackout gets no close, and the new one plays after the blackout', async () => {
    const { id, who } = await playing();
    await drop(id, { how: 'blackout' });
    const { other, applies } = await answered(id);
    applies();
    await gameGoesOn(id);
    await restore(id);
    await hears(other);
    expect(who.isClosed()).toBe(false);
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED', connections: 2 });
  });

  it('untilNewConnects: the old client plays on when its blackout ends before the new client has connected', async () => {
    await set({ oldPeerAfterAnswer: 'untilNewConnects' });
    const { id, who } = await playing();
    await drop(id, { how: 'blackout' });
    await answered(id);
    await bench.reaches(id, 'ACTIVE');
    await restore(id);
    await bench.reaches(id, 'CONNECTED');
    await hears(who);
    expect(await shown(id)).toMatchObject({ connections: 1 });
  });
});

describe('replacedPeerHears', () => {
  it('terminated: the old client gets the goodbye, then the close', async () => {
    await set({ replacedPeerHears: 'terminated' });
    const { id, who } = await playing();
    await answered(id);
    await closes(who);
    expect(who.messages.at(-1)).toEqual({ type: 'serverDisconnect', reason: 'terminated' });
  });

  it('nothing: the old client gets neither a close nor any other packet', async () => {
    await set({ replacedPeerHears: 'nothing' });
    const { id, who } = await playing();
    await answered(id);
    await gameGoesOn(id);
    const heard = who.messages.length;
    await gameGoesOn(id);
    expect(who.messages.length).toBe(heard);
    expect(who.isClosed()).toBe(false);
  });
});

describe('oldPeerAfterLoss', () => {
  /** A player after a blackout that was noticed at once. */
  const noticed = async () => {
    const { id, who } = await playing();
    await drop(id, { how: 'blackout' });
    await set({ lossNoticeSeconds: 0 });
    await bench.reaches(id, 'PENDING_CLIENT_RECONNECTION');
    await set({ lossNoticeSeconds: 1000 });
    const heard = { messages: who.messages.length, packets: who.packets.length };
    await restore(id);
    return { id, who, heard };
  };

  it.each(['dead', 'stunOnly'])(
    '%s: no picture comes back, and the session waits on',
    async (oldPeerAfterLoss) => {
      await set({ oldPeerAfterLoss });
      const { id, who, heard } = await noticed();
      await gameGoesOn(id, 10);
      expect({ messages: who.messages.length, packets: who.packets.length }).toEqual(heard);
      expect(await shown(id)).toMatchObject({ status: 'PENDING_CLIENT_RECONNECTION', connections: 1 });
    },
  );

  it('resumes: the same connection plays on, and the session is CONNECTED again', async () => {
    await set({ oldPeerAfterLoss: 'resumes' });
    const { id, who, heard } = await noticed();
    await bench.reaches(id, 'CONNECTED');
    await hears(who);
    await until(
      () => who.packets.length,
      (length) => length > heard.packets,
    );
    expect(who.packets.length).toBeGreaterThan(heard.packets);
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED', connections: 1 });
  });

  it('resumes: a client that closed cleanly does not come back', async () => {
    await set({ oldPeerAfterLoss: 'resumes' });
    const { id, who } = await playing();
    who.close();
    await bench.reaches(id, 'PENDING_CLIENT_RECONNECTION');
    await gameGoesOn(id);
    expect(await shown(id)).toMatchObject({ status: 'PENDING_CLIENT_RECONNECTION' });
  });
});

describe('an unnoticed blackout', () => {
  it('of 16 s leaves the connection alive, though the game’s library gives up on unacknowledged data after 14 s', async () => {
    const { id, who } = await playing();
    await drop(id, { how: 'blackout' });
    await gameGoesOn(id, 160);
    await restore(id);
    await hears(who);
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED', connections: 1 });
  });

  it('loses the input that the player sends meanwhile, and delays the reliable messages', async () => {
    const { id, who } = await playing();
    await drop(id, { how: 'blackout' });
    who.sendInput();
    who.sendMessage('in the dark');
    await gameGoesOn(id);
    expect(await shown(id)).toMatchObject({ inputs: 0, messages: 0 });
    await restore(id);
    await until(
      () => shown(id),
      ({ messages }) => messages === 1,
    );
    who.sendInput();
    await until(
      () => shown(id),
      ({ inputs }) => inputs === 1,
    );
    expect(await shown(id)).toMatchObject({ inputs: 1, messages: 1 });
  });

  it('loses the goodbye of a session that ends meanwhile', async () => {
    const { id, who } = await playing();
    const clock = await playing();
    await drop(id, { how: 'blackout' });
    await bench.control('POST', `streamsessions/${id}/end`, { statusReason: 'applicationExit' });
    await gameGoesOn(clock.id);
    expect(who.isClosed()).toBe(false);
    expect(who.messages.filter(({ type }) => type === 'serverDisconnect')).toEqual([]);
  });

  it('loses the client’s close, so the session is CONNECTED until the silence is noticed', async () => {
    const { id, who } = await playing();
    await drop(id, { how: 'blackout' });
    who.close();
    await gameGoesOn(id, 10);
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED' });
    await restore(id);
    await gameGoesOn(id);
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED' });
    await set({ lossNoticeSeconds: 0, clientSilenceSeconds: 0.1 });
    await bench.reaches(id, 'PENDING_CLIENT_RECONNECTION');
  });
});
