import type { DataChannel, PeerConnection } from 'node-datachannel';
import type { Game } from './game.ts';
import type { PeerNetwork } from './peer.ts';
import { retain, sendIfOpen } from './webrtc.ts';

/** The data channels that the Web SDK creates. */
const INPUT_CHANNEL = 'inputChannel';
const MESSAGE_CHANNEL = 'clientMessageChannel';

/** Source: developer guide, "Data channel communication": 64 KB a message. */
const MAX_MESSAGE_BYTES = 65_536;
/** What may wait for a client that reads too slowly; more is left out. */
const MAX_WAITING_BYTES = 1_048_576;
/** How long a client has to confirm a goodbye. */
const GOODBYE_MS = 5_000;

/**
 * The game's end of both data channels. On the message channel binary messages are the application's own, text is between
 * the game and its input module (`web-sdk-protocol.js`), so that no application message can look like a goodbye.
 */
export interface GameChannels {
  /** An outage has ended: what waited for that is taken and sent. */
  outageEnded(): void;
  /** Sends the game's state as an application message. */
  sendState(): void;
  /** Says goodbye. Resolves when the client has heard it, or is not going to. */
  sayGoodbye(reason: 'idle' | 'terminated'): Promise<void>;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Takes the channels that a client opens: input is given to the game, application messages are counted and sent back. In an outage
 * nothing is sent, so that nothing goes unacknowledged. What a settling relay still delivers is treated as if it were late: input is
 * lost, since its channel does not repeat, and messages are taken when the outage is over.
 */
export function takeChannels(
  connection: PeerConnection,
  game: Game,
  carries: PeerNetwork['carries'],
): GameChannels {
  let messages: DataChannel | undefined;
  let taken: Uint8Array[] = [];
  let echoes: Uint8Array[] = [];
  let heardGoodbye = () => {};

  /** Unless the client reads too slowly, or has said in its offer that it takes no message of this size. */
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
      if ((parsed(message) as { type?: unknown } | null | undefined)?.type === 'goodbye') heardGoodbye();
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
      if (channel === messages) heardGoodbye();
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
    sayGoodbye: (reason) =>
      new Promise((resolve) => {
        if (!messages?.isOpen() || !carries('toClient')) return resolve();
        const timer = setTimeout(resolve, GOODBYE_MS).unref();
        heardGoodbye = () => {
          clearTimeout(timer);
          resolve();
        };
        const goodbye = JSON.stringify({ type: 'serverDisconnect', reason });
        send(Buffer.from(goodbye), (channel) => channel.sendMessage(goodbye));
      }),
  };
}
