import { CreateStreamSessionAdminShellCommand } from '@aws-sdk/client-gameliftstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { atOneMoment, type Bench, GROUP, openBench, until } from '../support.ts';
import { connectShell, frame } from './client.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ settings: { adminShellReadySeconds: 0 } });
});
afterEach(() => bench.close());

const grant = (id: string, client = bench.client) =>
  client.send(new CreateStreamSessionAdminShellCommand({ Identifier: GROUP, StreamSessionIdentifier: id }));
const set = async (settings: object) =>
  expect((await bench.control('PUT', 'settings', settings)).status).toBe(200);
const connected = async () => {
  const id = await bench.start();
  await bench.reaches(id, 'CONNECTED');
  return id;
};
const end = (id: string) =>
  bench.control('POST', `streamsessions/${id}/end`, { statusReason: 'applicationExit' });

describe('CreateStreamSessionAdminShell', () => {
  it('gives credentials within the bounds of the API model, new ones each time', async () => {
    const id = await connected();
    const [first, second] = [await grant(id), await grant(id)];
    expect(first.$metadata.httpStatusCode).toBe(200);
    for (const { SessionId, StreamUrl, TokenValue } of [first, second]) {
      expect(SessionId).toMatch(/^.{1,256}$/);
      expect(StreamUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/v1\/data-channel\/.*X-Amz-Expires=60/);
      expect(TokenValue).toMatch(/^[A-Za-z0-9+/=]{300}$/);
    }
    expect(new Set([first.TokenValue, second.TokenValue]).size).toBe(2);
    expect(new Set([first.SessionId, second.SessionId]).size).toBe(2);
    expect((await bench.calls()).at(-1)).toMatchObject({
      operation: 'CreateStreamSessionAdminShell',
      principal: 'tester',
      status: 200,
    });
  });

  it('is granted in each status that AWS names, and refused in the others with the error of the settings', async () => {
    const id = await connected();
    await grant(id);
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    await grant(id);
    await set({ readySeconds: 1000 });
    await bench.connect(id);
    expect((await bench.get(id)).Status).toBe('RECONNECTING');
    await grant(id);
    await end(id);
    await expect(grant(id)).rejects.toMatchObject({ name: 'ValidationException' });
    await set({ adminShellWhenEnding: 'ResourceNotFoundException' });
    await expect(grant(id)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });

    await set({ activationSeconds: 1000 });
    const young = await bench.start();
    await expect(grant(young)).rejects.toMatchObject({
      name: 'StreamSessionAccessNotReadyException',
      $metadata: { httpStatusCode: 409 },
    });
    await set({ adminShellWhileActivating: 'ValidationException' });
    await expect(grant(young)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(grant('unknown')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('is not ready for a while after the session became ACTIVE, so that the caller must wait', async () => {
    await set({ adminShellReadySeconds: 1000 });
    const id = await connected();
    await expect(grant(id)).rejects.toMatchObject({ name: 'StreamSessionAccessNotReadyException' });
    await set({ adminShellReadySeconds: 0 });
    await grant(id);
    await bench.control('POST', 'faults', {
      operation: 'CreateStreamSessionAdminShell',
      kind: 'notReady',
      count: 1,
    });
    await expect(grant(id)).rejects.toMatchObject({ name: 'StreamSessionAccessNotReadyException' });
    await grant(id);
  });

  it('has a quota of its own', async () => {
    const id = await connected();
    await set({ quotas: { CreateStreamSessionAdminShell: 2 } });
    const results = await atOneMoment(() => Promise.allSettled(Array.from({ length: 6 }, () => grant(id))));
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(4);
    expect(refused[0]).toMatchObject({ reason: { name: 'ThrottlingException' } });
  });
});

describe('an admin shell’s token', () => {
  it('opens one connection, and a second use of it is refused', async () => {
    const credentials = await grant(await connected());
    const shell = await connectShell(credentials);
    await shell.sees('$ ');
    expect(await (await connectShell(credentials)).ended()).toBe(1008);
    await set({ adminShellSingleUse: false });
    await (await connectShell(credentials)).sees('$ ');
  });

  it('is useless once it has expired, and so is the URL', async () => {
    const credentials = await grant(await connected());
    const waiting = new WebSocket(String(credentials.StreamUrl));
    await new Promise((resolve) => {
      waiting.onopen = resolve;
    });
    await set({ adminShellTokenSeconds: 0 });
    const closed = new Promise<number>((resolve) => {
      waiting.onclose = ({ code }) => resolve(code);
    });
    const { TokenValue } = credentials;
    waiting.send(JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: 'r', ClientId: 'c', TokenValue }));
    expect(await closed).toBe(1008);
    await expect(connectShell(credentials)).rejects.toThrow('refused');
  });

  it('is refused if it belongs to another session, is guessed or is missing, and so is a changed URL', async () => {
    const id = await connected();
    const [mine, other] = [await grant(id), await grant(id)];
    expect(await (await connectShell(mine, { token: String(other.TokenValue) })).ended()).toBe(1008);
    expect(await (await connectShell(mine, { token: 'A'.repeat(300) })).ended()).toBe(1008);
    expect(await (await connectShell(mine, { token: '' })).ended()).toBe(1008);
    for (const change of [
      (url: string) => url.replace(/Signature=.*/, `Signature=${'0'.repeat(64)}`),
      (url: string) => url.replace(/&X-Amz.*/, ''),
      (url: string) => url.replace('/data-channel/', '/data-channel/x'),
    ]) {
      await expect(connectShell({ ...mine, StreamUrl: change(String(mine.StreamUrl)) })).rejects.toThrow(
        'refused',
      );
    }
    await (await connectShell(mine)).sees('$ ');
  });

  it('may come with a plain URL, which the plugin signs by itself', async () => {
    await set({ adminShellStreamUrl: 'plain' });
    const credentials = await grant(await connected());
    expect(credentials.StreamUrl).not.toContain('X-Amz');
    await (await connectShell(credentials)).sees('$ ');
  });

  it('must come first: a client that sends data before it is refused', async () => {
    const credentials = await grant(await connected());
    const socket = new WebSocket(String(credentials.StreamUrl));
    const closed = new Promise<number>((resolve) => {
      socket.onclose = ({ code }) => resolve(code);
    });
    let received = 0;
    socket.onmessage = () => {
      received += 1;
    };
    socket.onopen = () => {
      const { TokenValue } = credentials;
      socket.send(frame('input_stream_data', 0, 1, 'status\r'));
      socket.send(JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: 'r', ClientId: 'c', TokenValue }));
    };
    expect(await closed).toBe(1008);
    expect(received).toBe(0);
  });
});

describe('an admin shell', () => {
  const open = async () => {
    const id = await connected();
    return { id, shell: await connectShell(await grant(id)) };
  };

  it('completes the handshake as the agent does, then shows the session', async () => {
    const { id, shell } = await open();
    await shell.sees('$ ');
    const [request, , complete] = shell.frames;
    expect(request).toMatchObject({ type: 'output_stream_data', sequence: 0, flags: 1, payloadType: 5 });
    expect(JSON.parse(String(request?.payload))).toMatchObject({
      RequestedClientActions: [
        { ActionType: 'SessionType', ActionParameters: { SessionType: 'Standard_Stream' } },
      ],
    });
    expect(complete).toMatchObject({ sequence: 1, payloadType: 7 });
    expect(JSON.parse(String(complete?.payload))).toMatchObject({
      HandshakeTimeToComplete: expect.any(Number),
      CustomerMessage: '',
    });
    shell.send(3, JSON.stringify({ cols: 100, rows: 40 }));
    shell.type('status\rstty size\r');
    const screen = await shell.sees('40 100');
    expect(screen).toMatch(/status +CONNECTED/);
    expect(screen).toContain(id);
  });

  it('runs no command of the machine that it runs on', async () => {
    const { shell } = await open();
    await shell.sees('$ ');
    shell.type('cat /etc/passwd\r$(id)\r`id`\rconstructor\r__proto__\recho $HOME; id\r');
    const screen = await shell.sees('echo $HOME; id\r\n$HOME; id\r\n');
    expect(screen.match(/there is no such command/g)).toHaveLength(5);
    expect(screen).not.toContain('root:');
  });

  it('is open beside another one of the same session, and each keeps its own size', async () => {
    const { id, shell } = await open();
    const second = await connectShell(await grant(id));
    await shell.sees('$ ');
    await second.sees('$ ');
    shell.send(3, JSON.stringify({ cols: 100, rows: 40 }));
    second.send(3, JSON.stringify({ cols: 90, rows: 30 }));
    shell.type('stty size\r');
    second.type('stty size\r');
    await shell.sees('40 100');
    await second.sees('30 90');
  });

  it('ends with exit and a normal close code, as the plugin expects', async () => {
    const { shell } = await open();
    await shell.sees('$ ');
    shell.type('exit\r');
    expect(await shell.ended()).toBe(1000);
    expect(shell.closedBecause()).toBe('');
  });

  it('ends with its stream session, and says why', async () => {
    const { id, shell } = await open();
    await shell.sees('$ ');
    await end(id);
    expect(await shell.ended()).toBe(1000);
    expect(shell.closedBecause()).toBe('The stream session has ended (applicationExit).');
  });

  it.each([
    ['nobody types', { adminShellIdleSeconds: 0.2 }, 'Nothing was typed for 0.2 s.'],
    ['it has lasted long enough', { adminShellMaxSeconds: 0.2 }, 'An admin shell lasts 0.2 s at most.'],
  ])('ends when %s', async (_when, settings, why) => {
    await set(settings);
    const { shell } = await open();
    expect(await shell.ended()).toBe(1000);
    expect(shell.closedBecause()).toBe(why);
  });

  it('whose client closes without a message disturbs neither the session nor the next shell', async () => {
    const { id, shell } = await open();
    await shell.sees('$ ');
    shell.socket.close();
    await shell.ended();
    expect((await bench.get(id)).Status).toBe('CONNECTED');
    await (await connectShell(await grant(id))).sees('$ ');
  });
});

describe('an admin shell client that breaks the protocol does not end the emulator', () => {
  const open = async (automatic = true) => connectShell(await grant(await connected()), { automatic });

  it('frames with wrong digests, wrong lengths or garbage are ignored', async () => {
    const shell = await open();
    await shell.sees('$ ');
    shell.socket.send(frame('input_stream_data', 1, 1, 'echo no\r', { digest: Buffer.alloc(32) }));
    shell.socket.send(frame('input_stream_data', 1, 1, 'echo no\r', { headerLength: 0xffffffff }));
    shell.socket.send(frame('input_stream_data', 1, 1, 'echo no\r', { payloadLength: 0xffffffff }));
    shell.socket.send(frame('input_stream_data', -1, 1, 'echo no\r'));
    shell.socket.send(frame('acknowledge', 0, 0, 'not JSON'));
    shell.socket.send(frame('something_else', 1, 1, 'echo no\r'));
    shell.socket.send(Buffer.from([1, 2, 3]));
    shell.type('echo yes\r');
    expect(await shell.sees('\r\nyes\r\n')).not.toContain('no\r\n');
  });

  it('too much garbage ends its own connection', async () => {
    const shell = await open();
    await shell.sees('$ ');
    for (let sent = 0; sent < 300; sent += 1) shell.socket.send(Buffer.alloc(200, 7));
    expect(await shell.ended()).toBe(1002);
  });

  it('an oversized frame ends its own connection', async () => {
    const shell = await open();
    await shell.sees('$ ');
    shell.socket.send(Buffer.alloc(65 * 1024));
    expect(await shell.ended()).toBe(1009);
    await bench.start();
  });

  it('frames sent twice and out of order arrive once and in order', async () => {
    const shell = await open();
    await shell.sees('$ ');
    const inputs = ['e', 'c', 'h', 'o', ' ', 'h', 'i', '\r'].map((text, index) =>
      frame('input_stream_data', index + 1, 1, text),
    );
    for (const input of [...inputs].reverse()) shell.socket.send(input);
    for (const input of inputs) shell.socket.send(input);
    const screen = await shell.sees('\r\nhi\r\n');
    expect(screen.match(/hi\r\n/g)).toHaveLength(2);
  });

  it('a client that never acknowledges gets the handshake again and again, and nothing else', async () => {
    const shell = await open(false);
    await until(
      () => shell.frames.length,
      (count) => count > 2,
    );
    expect(new Set(shell.frames.map(({ sequence, payloadType }) => `${sequence} ${payloadType}`))).toEqual(
      new Set(['0 5']),
    );
  });
});
