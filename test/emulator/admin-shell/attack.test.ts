import { randomBytes } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createDataChannel } from '../../../emulator/admin-shell/data-channel.ts';
import { refuseUpgrade } from '../../../emulator/admin-shell/websocket.ts';
import { openBench } from '../support.ts';
import { frame, parse } from './client.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe('a client without an admin shell', () => {
  const upgrade = [
    'GET /v1/data-channel/nobody HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');

  it.each([
    ['does not close after the refusal', '', false],
    ['has sent more than was read, and then closes', 'x'.repeat(200_000), true],
  ])('keeps none of the emulator’s sockets open, if it %s', async (_what, more, hangsUp) => {
    const server: Server = createServer();
    let refused = 0;
    server.on('upgrade', (_request, socket) => {
      refused += 1;
      refuseUpgrade(socket);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const peers: Socket[] = [];
    closers.push(() => {
      for (const peer of peers) peer.destroy();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    for (let number = 0; number < 20; number += 1) {
      const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      peer.on('error', () => {});
      peer.resume();
      peer.write(upgrade + more);
      if (hangsUp) peer.on('end', () => peer.end());
      peers.push(peer);
    }
    const held = () =>
      new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
    await expect.poll(() => refused).toBe(20);
    await expect.poll(held).toBe(0);
  });

  it('that offers HTTP/2, as Java’s client and curl do, gets its response in HTTP/1.1', async () => {
    const bench = await openBench();
    closers.push(() => bench.close());
    const status = await new Promise((resolve, reject) => {
      const call = request(`${bench.emulator.url}/_emulator/calls`, {
        headers: {
          connection: 'Upgrade, HTTP2-Settings',
          upgrade: 'h2c',
          'http2-settings': 'AAMAAABkAAQAAP__',
        },
      });
      call.on('response', (response) => resolve(response.resume().statusCode));
      call.on('error', reject);
      call.end();
    });
    expect(status).toBe(200);
  });
});

describe('text pasted into an admin shell', () => {
  it('is echoed in a few frames, not in one for each character', () => {
    const sent: Buffer[] = [];
    const life = { status: 'CONNECTED', createdAt: 0, connectionTimeoutSeconds: 1, sessionLengthSeconds: 1 };
    const channel = createDataChannel({
      sessionId: 's',
      subject: { context: { id: 'abc' }, life } as never,
      settings: () => ({ adminShellMaxSeconds: 100, adminShellIdleSeconds: 100 }),
      clock: { now: () => 0, after: () => () => {}, every: () => () => {} },
      transmit: (bytes) => sent.push(bytes),
      over: () => {},
    });
    let outputs = 0;
    const acknowledgeAll = () => {
      for (let bytes = sent.shift(); bytes; bytes = sent.shift()) {
        const message = parse(bytes);
        if (message.type !== 'output_stream_data') continue;
        outputs += 1;
        channel.receive(
          frame(
            'acknowledge',
            0,
            0,
            JSON.stringify({
              AcknowledgedMessageType: message.type,
              AcknowledgedMessageId: 'x',
              AcknowledgedMessageSequenceNumber: message.sequence,
              IsSequentialMessage: true,
            }),
          ),
        );
      }
    };
    acknowledgeAll();
    const agreed = {
      ClientVersion: '1',
      ProcessedClientActions: [{ ActionType: 'SessionType', ActionStatus: 1 }],
    };
    channel.receive(frame('input_stream_data', 0, 6, JSON.stringify(agreed)));
    acknowledgeAll();
    outputs = 0;
    channel.receive(frame('input_stream_data', 1, 1, `echo ${'x'.repeat(1019)}`));
    acknowledgeAll();
    expect(outputs).toBeGreaterThan(0);
    expect(outputs).toBeLessThan(10);
  });
});
