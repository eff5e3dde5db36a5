import { randomUUID } from 'node:crypto';
import { type ChannelMessage, decodeMessage, encodeMessage, PayloadType, SYN_FIN } from './message.ts';
import {
  isTerminateFlag,
  readAcknowledgement,
  readHandshakeResponse,
  readSize,
  writeAcknowledgement,
  writeChannelClosed,
  writeHandshakeComplete,
  writeHandshakeRequest,
} from './payloads.ts';
import { createReceiver } from './receiver.ts';
import { RESEND_TICK_MS } from './retransmission.ts';
import { createSender, MAX_BACKLOG_BYTES } from './sender.ts';
import { createShell, type ShellSubject } from './shell.ts';

/** The clock of a channel: the machine's, or a test's. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  after(milliseconds: number, act: () => void): () => void;
  every(milliseconds: number, act: () => void): () => void;
}

export interface DataChannelOptions {
  sessionId: string;
  subject: ShellSubject;
  settings: () => { adminShellMaxSeconds: number; adminShellIdleSeconds: number };
  clock: Clock;
  /** Puts a frame on the wire, where it may be lost. */
  transmit: (frame: Buffer) => void;
  /** The channel has ended and sends nothing more. `isPeerAtFault`: the peer broke the protocol. */
  over: (isPeerAtFault: boolean) => void;
}

/** One admin shell behind a data channel of Session Manager, after its token was accepted. */
export interface DataChannel {
  receive(frame: Buffer): void;
  /** Ends the channel. The plugin prints the reason. */
  finish(why: string): void;
  /** Stops everything at once, because the connection is closed. */
  dispose(): void;
}

const HANDSHAKE_TIMEOUT_MS = 15_000;
/** How long the last output may take to be acknowledged before the channel closes. */
const DRAIN_TIMEOUT_MS = 2_000;
/** How many broken frames a peer may send: a bad network breaks some. */
const MAX_DEFECTS = 200;
/** With so much unacknowledged output, no input is taken: it may cause more output. */
const FULL_BYTES = MAX_BACKLOG_BYTES / 2;

export function createDataChannel(options: DataChannelOptions): DataChannel {
  const { sessionId, subject, settings, clock, transmit } = options;
  const began = clock.now();
  let phase: 'handshake' | 'open' | 'closing' | 'over' = 'handshake';
  let defects = 0;
  let why = '';
  let stopIdle = () => {};
  const cancels: (() => void)[] = [];

  const send = (message: ChannelMessage) => transmit(encodeMessage(message));
  const sendOnce = (messageType: 'acknowledge' | 'channel_closed', payload: Buffer, flags: number) =>
    send({
      messageType,
      schemaVersion: 1,
      createdDate: clock.now(),
      sequenceNumber: 0,
      flags,
      messageId: randomUUID(),
      payloadType: 0,
      payload,
    });

  const sender = createSender({ now: clock.now, newMessageId: randomUUID, transmit: send });
  // The echo of one input is collected: a paste gets a few messages back, not one for each character.
  let echo: Buffer[] | undefined;
  let echoBytes = 0;
  const flush = () => {
    const bytes = Buffer.concat(echo ?? []);
    echo = undefined;
    echoBytes = 0;
    if (bytes.length > 0) sender.send(PayloadType.Output, bytes);
  };
  const shell = createShell({
    subject,
    every: clock.every,
    write: (text) => {
      // Drops output to input that was pasted behind an exit.
      if (phase !== 'open') return false;
      const bytes = Buffer.from(text);
      if (!echo) return sender.send(PayloadType.Output, bytes);
      if (sender.backlog() + echoBytes + bytes.length > MAX_BACKLOG_BYTES) return false;
      echo.push(bytes);
      echoBytes += bytes.length;
      return true;
    },
    exit: () => {
      flush();
      finish('');
    },
  });

  const end = (isPeerAtFault: boolean) => {
    if (phase === 'over') return;
    phase = 'over';
    shell.stop();
    stopIdle();
    for (const cancel of cancels) cancel();
    options.over(isPeerAtFault);
  };
  const closeNow = () => {
    if (phase === 'over') return;
    const [messageId, createdDate, destinationId] = [randomUUID(), clock.now(), subject.context.id];
    const payload = writeChannelClosed({ messageId, createdDate, sessionId, destinationId, output: why });
    sendOnce('channel_closed', payload, SYN_FIN);
    end(false);
  };
  const finish = (reason: string) => {
    if (phase === 'closing' || phase === 'over') return;
    why = reason;
    phase = 'closing';
    shell.stop();
    if (sender.backlog() === 0) return closeNow();
    cancels.push(clock.after(DRAIN_TIMEOUT_MS, closeNow));
  };

  const watchIdle = () => {
    stopIdle();
    const seconds = settings().adminShellIdleSeconds;
    stopIdle = clock.after(seconds * 1000, () => finish(`Nothing was typed for ${seconds} s.`));
  };
  const open = () => {
    phase = 'open';
    const seconds = settings().adminShellMaxSeconds;
    cancels.push(clock.after(seconds * 1000, () => finish(`An admin shell lasts ${seconds} s at most.`)));
    watchIdle();
    sender.send(PayloadType.HandshakeComplete, writeHandshakeComplete(clock.now() - began, ''));
    shell.start();
  };

  const take = ({ payloadType, payload }: ChannelMessage) => {
    if (phase === 'handshake') {
      const agreed =
        payloadType === PayloadType.HandshakeResponse ? readHandshakeResponse(payload) : undefined;
      if (agreed) open();
      else if (agreed === false) finish('The client cannot show a shell.');
      return;
    }
    if (phase !== 'open') return;
    if (payloadType === PayloadType.Output) {
      watchIdle();
      echo = [];
      shell.input(payload);
      flush();
    } else if (payloadType === PayloadType.Size) {
      const size = readSize(payload);
      if (size) shell.resize(size);
    } else if (payloadType === PayloadType.Flag && isTerminateFlag(payload)) {
      finish('');
    }
  };
  const receiver = createReceiver({
    isReady: () => sender.backlog() < FULL_BYTES,
    acknowledge: (message) => sendOnce('acknowledge', writeAcknowledgement(message), SYN_FIN),
    deliver: take,
  });

  cancels.push(
    clock.every(RESEND_TICK_MS, () => {
      sender.tick();
      receiver.resume();
      if (sender.hasGivenUp()) end(true);
    }),
    clock.after(HANDSHAKE_TIMEOUT_MS, () => {
      if (phase === 'handshake') finish('The client did not answer in time.');
    }),
  );
  sender.send(PayloadType.HandshakeRequest, writeHandshakeRequest());

  return {
    finish,
    dispose: () => end(false),
    receive: (frame) => {
      if (phase === 'over') return;
      const message = decodeMessage(frame);
      if (typeof message === 'string') {
        defects += 1;
        if (defects > MAX_DEFECTS) end(true);
      } else if (message.messageType === 'acknowledge') {
        const sequenceNumber = readAcknowledgement(message.payload);
        if (sequenceNumber !== undefined) sender.acknowledged(sequenceNumber);
        receiver.resume();
        if (phase === 'closing' && sender.backlog() === 0) closeNow();
      } else if (message.messageType === 'input_stream_data') {
        receiver.receive(message);
      }
    },
  };
}
