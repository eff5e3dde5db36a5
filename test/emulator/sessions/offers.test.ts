import {
  GetStreamSessionCommand,
  StartStreamSessionCommand,
  waitUntilStreamSessionActive,
} from '@aws-sdk/client-gameliftstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmulatorSettings } from '../../../emulator/model/settings.ts';
import { type Emulator, startEmulator } from '../../../emulator/server.ts';
import { type Bench, newOffer, openBench } from '../support.ts';

let bench: Bench;
let emulator: Emulator;
beforeEach(async () => {
  bench = await openBench({
    clock: 'manual',
    settings: { signallingConnectSeconds: 'never', activationSeconds: 5 },
  });
  ({ emulator } = bench);
});
afterEach(() => bench.close());

const statusOf = async (id: string) => (await bench.get(id)).Status;
const set = (settings: Partial<EmulatorSettings>) => emulator.changeSettings(settings);

describe('a session whose offer nobody connects with', () => {
  it('stays ACTIVE until its connection time-out, so that AWS’s waiters see ACTIVE', async () => {
    const id = await bench.start({ ConnectionTimeoutSeconds: 60 });
    await emulator.advance(5);
    const named = { Identifier: emulator.streamGroupId, StreamSessionIdentifier: id };
    const { state } = await waitUntilStreamSessionActive({ client: bench.client, maxWaitTime: 60 }, named);
    expect(state).toBe('SUCCESS');
    await emulator.advance(59);
    expect(await statusOf(id)).toBe('ACTIVE');
    await emulator.advance(1);
    expect(await bench.get(id)).toMatchObject({ Status: 'TERMINATED', StatusReason: 'connectionTimeout' });
  });

  it('stays ACTIVE for signallingConnectSeconds, at the start and after a reconnect', async () => {
    set({ signallingConnectSeconds: 20, readySeconds: 1 });
    const id = await bench.start();
    await emulator.advance(24);
    expect(await statusOf(id)).toBe('ACTIVE');
    await emulator.advance(1);
    expect(await statusOf(id)).toBe('CONNECTED');
    emulator.dropClient(id, { how: 'close' });
    await bench.connect(id);
    await emulator.advance(20);
    expect(await statusOf(id)).toBe('ACTIVE');
    await emulator.advance(1);
    expect(await statusOf(id)).toBe('CONNECTED');
  });

  it('connects at once when the setting is shortened while it waits', async () => {
    const id = await bench.start();
    await emulator.advance(10);
    set({ signallingConnectSeconds: 5 });
    expect(await statusOf(id)).toBe('CONNECTED');
  });
});

const SENSELESS = 'not an offer';
const ANSWER = JSON.stringify({ type: 'answer', sdp: 'v=0\r\n' });

describe('a start whose offer makes no sense', () => {
  it.each([SENSELESS, ANSWER])('ends in ERROR with invalidSignalRequest by default: %s', async (offer) => {
    const id = await bench.start({ SignalRequest: offer });
    await emulator.advance(0);
    expect(await bench.get(id)).toMatchObject({ Status: 'ERROR', StatusReason: 'invalidSignalRequest' });
  });

  it.each([SENSELESS, ANSWER])(
    'is refused, and begins no session, where a setting says so: %s',
    async (offer) => {
      set({ unusableOfferAtStart: 'ValidationException' });
      await expect(bench.start({ SignalRequest: offer })).rejects.toMatchObject({
        name: 'ValidationException',
      });
      expect(emulator.streamSessions()).toEqual([]);
      await bench.start({ SignalRequest: newOffer() });
      await bench.start({ SignalRequest: 'NO_CLIENT_CONNECTION' });
    },
  );

  it.each([SENSELESS, ANSWER])(
    'is answered, and nobody ever connects, where a setting says so: %s',
    async (offer) => {
      set({ unusableOfferAtStart: 'accept', signallingConnectSeconds: 0 });
      const id = await bench.start({ SignalRequest: offer });
      await emulator.advance(100);
      expect(await bench.get(id)).toMatchObject({
        Status: 'ACTIVE',
        SignalResponse: expect.stringContaining('answer'),
      });
    },
  );
});

describe('a reconnect whose offer makes no sense', () => {
  const waiting = async () => {
    const id = await bench.start({ SignalRequest: 'NO_CLIENT_CONNECTION' });
    await emulator.advance(5);
    return id;
  };

  it.each(['ValidationException', 'ConflictException'] as const)(
    'is refused with the error of the setting: %s',
    async (name) => {
      set({ unusableOfferAtConnection: name });
      const id = await waiting();
      await expect(bench.connect(id, SENSELESS)).rejects.toMatchObject({ name });
      await expect(bench.connect(id, ANSWER)).rejects.toMatchObject({ name });
      expect(await statusOf(id)).toBe('ACTIVE');
    },
  );

  it('is answered, and nobody ever connects, where a setting says so', async () => {
    set({ unusableOfferAtConnection: 'accept', signallingConnectSeconds: 0 });
    const id = await waiting();
    await expect(bench.connect(id, SENSELESS)).resolves.toContain('answer');
    await emulator.advance(100);
    expect(await statusOf(id)).toBe('ACTIVE');
  });
});

it('a signal request of the type "answer" is read like an offer where a setting says so', async () => {
  set({ signalRequestOfTypeAnswer: 'accept', signallingConnectSeconds: 0 });
  const id = await bench.start({ SignalRequest: ANSWER });
  await emulator.advance(5);
  expect(await statusOf(id)).toBe('CONNECTED');
});

it('an emulator that is started without options serves one stream group, application and key', async () => {
  const plain = await startEmulator();
  const { streamGroupId, applicationId, ...rest } = plain;
  const client = bench.clientOf(rest.credentials);
  client.config.endpoint = async () => {
    const { hostname, port } = new URL(plain.url);
    return { protocol: 'http:', hostname, port: Number(port), path: '/' };
  };
  const { Arn = '' } = await client.send(
    new StartStreamSessionCommand({
      Identifier: streamGroupId,
      ApplicationIdentifier: applicationId,
      Protocol: 'WebRTC',
      SignalRequest: newOffer(),
    }),
  );
  const named = { Identifier: streamGroupId, StreamSessionIdentifier: Arn.split('/').at(-1) };
  expect((await client.send(new GetStreamSessionCommand(named))).Arn).toBe(Arn);
  client.destroy();
  await plain.close();
});
