import type { DataChannel, PeerConnection } from 'node-datachannel';
import type { Game } from './game.ts';
import type { PeerNetwork } from './peer.ts';
import { retain, sendIfOpen } from './webrtc.ts';

/** The data channels that the Web SDK creates. */
const INPUT_CHANNEL = 'inputChannel';
const MESSAGE_CHANNEL = 'clientMessageChannel';

/** Source: developer guide, "Data channel communication": 64 KB a message. */
const MAX_MESSAGE_BYTES = 65_536;
/** How many bytes wait for a client that reads too slowly. More are dropped. */
const MAX_WAITING_BYTES = 1_048_576;
/** How long a client has to confirm a goodbye. */
const GOODBYE_MS = 5_000;

/**
 * The game's end of both data channels. On the message channel binary messages are the application's own, text is between
 * the game and its input module (`web-sdk-protocol.js`), so that no application message can look like a goodbye.
 */
export interface GameChannels {
  /** An outage has ended: takes and sends the messages that waited for that. */
  outageEnded(): void;
  /** Sends the game's state as an application message. */
  sendState(): void;
  /** Sends statistics of the game's machine, for the input module. */
  sendStats(): void;
  /** Sends the goodbye. Resolves when the client has confirmed it, or can't any more. */
  sayGoodbye(reason: 'idle' | 'terminated'): Promise<void>;
}

/**
 * Statistics of a machine that does not exist. They move with the game, so that an overlay moves too.
 * Source of the names: developer guide, "Real-time performance stats". It shows these three of more.
 */
function pretendStats(game: Game): object {
  const wave = (game.state().counter % 100) / 100;
  return {
    application: { cpuNormalized: 0.2 + 0.1 * wave, memoryMB: 1_024 },
    system: { gpuPercent: Math.round(40 + 20 * wave) },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Takes the channels that a client opens: passes input to the game, counts application messages and sends them back. In an outage it
 * sends nothing, so that nothing stays unacknowledged. It treats what a settling relay still delivers as late: input is lost, since
 * its channel does not retransmit, and messages are taken when the outage is over.
 */
export function takeChannels(
  connection: PeerConnection,
  game: Game,
  carries: PeerNetwork['carries'],
): GameChannels {
  let messages: DataChannel | undefined;
  let taken: Uint8Array[] = [];
  let echoes: Uint8Array[] = [];
  let goodbyeConfirmed = () => {};

  /** Drops the message if the client reads too slowly, or its offer does not allow a message of this size. */
  const send = (bytes: Uint8Array, as: (channel: DataChannel) => void) => {
    const channel = messages;
    if (!channel) return;
    sendIfOpen(channel, () => {
      if (bytes.length > channel.maxMessageSize() || channel.bufferedAmount() > MAX_WAITING_BYTES) return;
      as(channel);
    });
  };
  const sendMessage = (bytes: Uint8Array) => send(bytes, (channel) => channel.sendMessageBinary(bytes));
  const isFull = (waiting: readonly Uint8Array[]) =>
    waiting.reduce((sum, { length }) => sum + length, 0) > MAX_WAITING_BYTES;
  const take = (bytes: Uint8Array) => {
    game.addMessage();
    if (carries('toClient')) sendMessage(bytes);
    else if (!isFull(echoes)) echoes.push(bytes);
  };
  const onMessage = (message: string | Buffer | ArrayBuffer) => {
    if (typeof message === 'string') {
      if ((parsed(message) as { type?: unknown } | null | undefined)?.type === 'goodbye') goodbyeConfirmed();
      return;
    }
    const bytes = new Uint8Array(message);
    if (bytes.length > MAX_MESSAGE_BYTES) return;
    if (carries('toGame')) take(bytes);
    else if (!isFull(taken)) taken.push(bytes);
  };
  const onInput = (message: string | Buffer | ArrayBuffer) => {
    if (carries('toGame')) game.addInput(parsed(String(message)));
  };
  connection.onDataChannel((channel) => {
    const label = channel.getLabel();
    retain(channel, () => {
      if (channel === messages) goodbyeConfirmed();
    });
    if (label === INPUT_CHANNEL) channel.onMessage(onInput);
    if (label !== MESSAGE_CHANNEL) return;
    messages = channel;
    channel.onMessage(onMessage);
  });

  return {
    outageEnded: () => {
      const waiting = { taken, echoes };
      taken = [];
      echoes = [];
      for (const bytes of waiting.echoes) sendMessage(bytes);
      for (const bytes of waiting.taken) take(bytes);
    },
    sendState: () => {
      if (carries('toClient')) sendMessage(Buffer.from(JSON.stringify({ type: 'state', ...game.state() })));
    },
    sendStats: () => {
      if (!carries('toClient')) return;
      const stats = JSON.stringify({ type: 'performanceStats', stats: pretendStats(game) });
      send(Buffer.from(stats), (channel) => channel.sendMessage(stats));
    },
    sayGoodbye: (reason) =>
      new Promise((resolve) => {
        if (!messages?.isOpen() || !carries('toClient')) return resolve();
        const timer = setTimeout(resolve, GOODBYE_MS).unref();
        goodbyeConfirmed = () => {
          clearTimeout(timer);
          resolve();
        };
        const goodbye = JSON.stringify({ type: 'serverDisconnect', reason });
        send(Buffer.from(goodbye), (channel) => channel.sendMessage(goodbye));
      }),
  };
}
