import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { CreateStreamSessionAdminShellCommand } from '@aws-sdk/client-gameliftstreams';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, createDataChannel } from '../../../emulator/admin-shell/data-channel.ts';
import { createTickets } from '../../../emulator/admin-shell/tickets.ts';
import { startLife } from '../../../emulator/model/lifecycle.ts';
import { type Bench, GROUP, openBench, until } from '../support.ts';
import { acknowledge, connectShell, type Frame, frame, HANDSHAKE_RESPONSE, parse } from './client.ts';

/** A clock that stands still until a test moves it. */
function standingClock(): Clock & { run(milliseconds: number): void } {
  let now = 1_000_000;
  const timers = new Set<{ at: number; again: number | undefined; act: () => void }>();
  const add = (milliseconds: number, again: number | undefined, act: () => void) => {
    const timer = { at: now + milliseconds, again, act };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  };
  return {
    now: () => now,
    after: (milliseconds, act) => add(milliseconds, undefined, act),
    every: (milliseconds, act) => add(milliseconds, milliseconds, act),
    run: (milliseconds) => {
      const end = now + milliseconds;
      for (;;) {
        const [due] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!due) break;
        now = due.at;
        if (due.again === undefined) timers.delete(due);
        else due.at += due.again;
        due.act();
      }
      now = end;
    },
  };
}

/** A channel with the times that AWS documents. Its client acknowledges frames while `listens` is set. */
function channel() {
  const clock = standingClock();
  const frames: Frame[] = [];
  const state = { listens: true, over: undefined as boolean | undefined, sequence: 0 };
  const life = startLife(clock.now(), 120, 43_200);
  const made = createDataChannel({
    sessionId: 'shell1',
    subject: {
      context: { id: 's1', applicationArn: 'arn', streamGroupId: 'sg', location: 'l' } as never,
      request: {} as never,
      life,
      connections: 1,
      gameState: { counter: 1, inputs: 0, keys: [], messages: 0, microphonePackets: 0, connection: 1 },
    },
    settings: () => ({ adminShellMaxSeconds: 1800, adminShellIdleSeconds: 900 }),
    clock,
    transmit: (bytes) => {
      const sent = parse(bytes);
      frames.push(sent);
      // Later, as over a network.
      if (state.listens && sent.type === 'output_stream_data')
        clock.after(1, () => made.receive(acknowledge(sent)));
    },
    over: (isPeerAtFault) => {
      state.over = isPeerAtFault;
    },
  });
  const send = (payloadType: number, payload: string | Buffer) =>
    made.receive(frame('input_stream_data', state.sequence++, payloadType, payload));
  return {
    ...made,
    clock,
    state,
    frames,
    send,
    shakeHands: () => {
      clock.run(10);
      send(6, HANDSHAKE_RESPONSE);
      clock.run(10);
    },
    why: () => {
      const closed = frames.find(({ type }) => type === 'channel_closed');
      return closed && JSON.parse(closed.payload.toString()).Output;
    },
  };
}

describe('an admin shell’s data channel', () => {
  it('ends after 30 minutes, even while the operator types', () => {
    const { clock, send, shakeHands, why, state } = channel();
    shakeHands();
    for (let minute = 0; minute < 29; minute += 1) {
      clock.run(60_000);
      send(1, 'x');
    }
    expect(why()).toBeUndefined();
    clock.run(61_000);
    expect(why()).toBe('An admin shell lasts 1800 s at most.');
    expect(state.over).toBe(false);
  });

  it('ends after 15 minutes without a key, even if the terminal is resized meanwhile', () => {
    const { clock, send, shakeHands, why } = channel();
    shakeHands();
    clock.run(10 * 60_000);
    send(1, 'x');
    clock.run(10 * 60_000);
    send(3, '{"cols":100,"rows":40}');
    expect(why()).toBeUndefined();
    clock.run(5 * 60_000 + 1_000);
    expect(why()).toBe('Nothing was typed for 900 s.');
  });

  it('is closed on a client that never completes the handshake, or cannot show a shell', () => {
    const silent = channel();
    silent.clock.run(20_000);
    expect(silent.why()).toBe('The client did not answer in time.');
    const unable = channel();
    unable.send(6, HANDSHAKE_RESPONSE.replace('"ActionStatus":1', '"ActionStatus":2'));
    unable.clock.run(5_000);
    expect(unable.why()).toBe('The client cannot show a shell.');
  });

  it('ignores input before the handshake, and malformed sizes and flags', () => {
    const { clock, send, shakeHands, frames, why } = channel();
    send(1, 'exit\r');
    shakeHands();
    send(3, '{"cols":-1,"rows":"x"}');
    send(10, 'xx');
    send(99, 'exit\r');
    clock.run(1_000);
    expect(why()).toBeUndefined();
    expect(frames.some(({ payload }) => payload.toString().includes('$ '))).toBe(true);
  });

  it('runs the lines pasted before an exit, ends at the exit, and ignores the lines after it', () => {
    const { clock, send, shakeHands, frames, why } = channel();
    shakeHands();
    send(1, 'echo before\rexit\recho behind\r');
    clock.run(1_000);
    expect(why()).toBe('');
    const last = frames.findIndex(({ type }) => type === 'channel_closed');
    const text = frames
      .filter(({ type }, at) => type === 'output_stream_data' && at < last)
      .map(({ payload }) => payload.toString())
      .join('');
    expect(text).toContain('\r\nbefore\r\n');
    expect(text).toMatch(/exit\r\n$/);
  });

  it('ends when the client sends the terminate flag', () => {
    const { clock, send, shakeHands, why } = channel();
    shakeHands();
    send(10, Buffer.from([0, 0, 0, 2]));
    clock.run(3_000);
    expect(why()).toBe('');
  });

  it('takes no input and buffers a bounded amount while its client does not read, then goes on', () => {
    const { clock, receive, send, shakeHands, frames, state } = channel();
    shakeHands();
    state.listens = false;
    const before = state.sequence;
    for (let line = 0; line < 2_000; line += 1) send(1, 'status\r');
    clock.run(60_000);
    const answered = () =>
      new Set(
        frames
          .filter(({ type }) => type === 'acknowledge')
          .map(({ payload }) => JSON.parse(payload.toString()).AcknowledgedMessageSequenceNumber),
      );
    const all = Array.from({ length: 2_000 }, (_, line) => before + line);
    const first = all.find((sequence) => !answered().has(sequence)) ?? 0;
    expect(first).toBeGreaterThan(before);
    const unread = new Set(
      frames.filter(({ type }) => type === 'output_stream_data').map(({ sequence }) => sequence),
    );
    expect(unread.size).toBeLessThan(100);

    state.listens = true;
    clock.run(60_000);
    // The client sends unacknowledged input again.
    receive(frame('input_stream_data', first, 1, 'status\r'));
    expect(answered().has(first)).toBe(true);
    expect(state.over).toBeUndefined();
  });
});

describe('an admin shell’s token', () => {
  const tickets = (change: object = {}) => {
    let now = 1_000_000;
    const made = createTickets<string>({
      region: 'us-west-2',
      url: () => 'ws://127.0.0.1:1',
      settings: () => ({
        adminShellTokenSeconds: 60,
        adminShellSingleUse: true,
        adminShellStreamUrl: 'presigned',
        ...change,
      }),
      now: () => now,
    });
    return {
      ...made,
      pass: (seconds: number) => {
        now += seconds * 1000;
      },
    };
  };
  const targetOf = (url: string) => url.slice('ws://127.0.0.1:1'.length);

  it('is useless after 60 s, with its URL and without', () => {
    const { issue, admit, redeem, pass } = tickets({ adminShellSingleUse: false });
    const { SessionId, StreamUrl, TokenValue } = issue('session');
    pass(59.9);
    expect(admit(targetOf(StreamUrl))).toBe(SessionId);
    expect(redeem(SessionId, TokenValue)).toBe('session');
    pass(0.1);
    expect(admit(targetOf(StreamUrl))).toBeUndefined();
    expect(redeem(SessionId, TokenValue)).toBeUndefined();
    issue('another');
    expect(redeem(SessionId, TokenValue)).toBeUndefined();
  });
});

describe('an admin shell client that does not read', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  const masked = (opcode: number, payload: Buffer) => {
    const { length } = payload;
    const size = length > 125 ? [0x80 | 126, length >> 8, length & 255] : [0x80 | length];
    return Buffer.concat([Buffer.from([0x80 | opcode, ...size, 0, 0, 0, 0]), payload]);
  };
  const times = (count: number, bytes: Buffer) => Buffer.concat(Array.from({ length: count }, () => bytes));

  /** A bare connection that has completed the handshake, and reads nothing until the test resumes it. */
  const connectBare = async () => {
    bench = await openBench({ settings: { adminShellReadySeconds: 0 } });
    const id = await bench.start();
    await bench.reaches(id, 'CONNECTED');
    const grant = () =>
      bench.client.send(
        new CreateStreamSessionAdminShellCommand({ Identifier: GROUP, StreamSessionIdentifier: id }),
      );
    const { StreamUrl, TokenValue } = await grant();
    const url = new URL(String(StreamUrl));
    const socket = connect(Number(url.port), url.hostname);
    socket.on('error', () => {});
    socket.pause();
    const key = randomBytes(16).toString('base64');
    const opening = { MessageSchemaVersion: '1.0', RequestId: 'r', ClientId: 'c', TokenValue };
    socket.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    socket.write(masked(1, Buffer.from(JSON.stringify(opening))));
    socket.write(masked(2, frame('input_stream_data', 0, 6, HANDSHAKE_RESPONSE)));
    return { socket, grant };
  };

  it('does not disturb another shell, and goes on once it reads', async () => {
    const { socket, grant } = await connectBare();
    // Each copy of the frame is acknowledged, and the client reads no acknowledgement.
    const flood = times(20_000, masked(2, frame('input_stream_data', 0, 6, HANDSHAKE_RESPONSE)));
    const written = new Promise((resolve) => socket.write(flood, resolve));
    const other = await connectShell(await grant());
    await other.sees('$ ');
    await written;
    socket.write(masked(2, frame('input_stream_data', 1, 1, 'echo still here\r')));
    let seen = '';
    socket.resume();
    socket.on('data', (data) => {
      seen = (seen + data.toString('latin1')).slice(-10_000);
      // This client never acknowledges, so dropped output does not come again. It sends its input again instead.
      if (!seen.includes('still here\r\n'))
        socket.write(masked(2, frame('input_stream_data', 1, 1, 'echo still here\r')));
    });
    await until(
      () => seen,
      (text) => text.includes('still here\r\n'),
    );
    expect(seen).toContain('still here\r\n');
    socket.destroy();
  });

  it('is cut off when its pings cause too many unread responses', async () => {
    const { socket, grant } = await connectBare();
    const pings = times(10_000, masked(9, Buffer.alloc(125)));
    while (socket.writable) await new Promise((resolve) => socket.write(pings, resolve));
    await (await connectShell(await grant())).sees('$ ');
  });
});
