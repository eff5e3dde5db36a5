import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { shutdownWebRtc } from '../../../emulator/server.ts';
import { createGame, type Game } from '../../../emulator/webrtc/game.ts';
import { parseOffer } from '../../../emulator/webrtc/offer.ts';
import type { Peer } from '../../../emulator/webrtc/peer.ts';
import { createWebRtcPeer } from '../../../emulator/webrtc/webrtc-peer.ts';
import { createPlayer, type Player } from '../player.ts';
import { until } from '../support.ts';

let player: Player;
let peer: Peer;
let game: Game;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  player = await createPlayer();
  game = createGame(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  player.close();
  peer.close();
});
afterAll(() => shutdownWebRtc());

/** Connects the player, with its own offer or another one. */
async function meet(signalRequest = player.signalRequest): Promise<void> {
  const offer = parseOffer(signalRequest);
  if (!offer) throw new Error('no offer');
  peer = await createWebRtcPeer(offer, {
    game,
    events: { connected: () => {}, lost: () => {}, found: () => {} },
    sharesPerformanceStats: false,
    silenceSeconds: () => 3600,
    shaper: () => undefined,
    carries: () => true,
  });
  player.accept(JSON.stringify({ sdp: peer.sdp }));
  await until(() => player.isConnected(), Boolean);
}

it('a client that leaves before its session is ready does not end the emulator', async () => {
  await meet();
  player.close();
  await until(() => player.isClosed(), Boolean);
  expect(() => vi.advanceTimersByTime(300_000)).not.toThrow();
});

it('a client whose offer allows only tiny messages does not end the emulator', async () => {
  await meet(player.signalRequest.replace(/a=max-message-size:\d+/, 'a=max-message-size:10'));
  peer.ready();
  expect(() => vi.advanceTimersByTime(1_000)).not.toThrow();
  peer.close('terminated');
  expect(player.messages).toEqual([]);
});

it('a client that sends malformed input does not end the emulator', async () => {
  await meet();
  for (const text of ['', 'null', '5', '{"type":"keydown","code":7}', '{']) player.sendInput(text);
  player.sendInput(JSON.stringify({ type: 'keydown', code: 'x'.repeat(1_000) }));
  player.sendInput();
  const state = await until(
    () => game.state(),
    ({ inputs }) => inputs === 7,
  );
  expect(state).toMatchObject({ inputs: 7, keys: ['Space'] });
});
