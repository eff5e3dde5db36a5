import { randomUUID } from 'node:crypto';
import {
  CreateStreamSessionConnectionCommand,
  GameLiftStreamsClient,
  GetStreamSessionCommand,
  StartStreamSessionCommand,
  type StartStreamSessionCommandInput,
} from '@aws-sdk/client-gameliftstreams';
import { expect, vi } from 'vitest';
import { newOffer } from '../../bench/storm/offer.ts';
import type { CallRecord } from '../../emulator/api/calls.ts';
import { OPERATIONS } from '../../emulator/model/settings.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts';
import { ASKS_FOR_MS } from '../patience.ts';

export const GROUP = 'sg-test';
export const APPLICATION = 'a-test';
const PRINCIPAL = { name: 'tester', accessKeyId: 'AKIATESTER', secretAccessKey: 'tester-secret' };

/** Quotas that no test reaches by accident. */
const AMPLE = Object.fromEntries(OPERATIONS.map((operation) => [operation, 100_000]));

export { newOffer };

export interface Bench {
  emulator: Emulator;
  client: GameLiftStreamsClient;
  clientOf(principal: { accessKeyId: string; secretAccessKey: string }): GameLiftStreamsClient;
  /** Calls the control API. @returns the response's status and body */
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  calls(): Promise<CallRecord[]>;
  /** Starts a session. @returns its id */
  start(input?: Partial<StartStreamSessionCommandInput>): Promise<string>;
  get(id: string): ReturnType<typeof getSession>;
  connect(id: string, offer?: string, clientToken?: string): Promise<string>;
  /** Waits until the session has the status. */
  reaches(id: string, status: string): Promise<Awaited<ReturnType<typeof getSession>>>;
  close(): Promise<void>;
}

const getSession = (client: GameLiftStreamsClient, id: string) =>
  client.send(new GetStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier: id }));

/** An emulator on a free port with short durations and large quotas, and a client of the real SDK. */
export async function openBench(options: Partial<EmulatorOptions> = {}): Promise<Bench> {
  const emulator = await startEmulator({
    port: 0,
    region: 'us-west-2',
    accountId: '123456789012',
    streamGroups: [{ id: GROUP, applications: [APPLICATION], locations: ['us-west-2', 'eu-west-1'] }],
    principals: [PRINCIPAL],
    ...options,
    settings: {
      activationSeconds: 0,
      readySeconds: 0.01,
      terminatingSeconds: 0.01,
      signallingConnectSeconds: 0,
      // On a busy machine a live client may be silent for as long as the default.
      clientSilenceSeconds: 1000,
      ...options.settings,
      quotas: { ...AMPLE, ...options.settings?.quotas },
    },
  });
  const clientOf = (principal: { accessKeyId: string; secretAccessKey: string }) =>
    new GameLiftStreamsClient({
      region: 'us-west-2',
      endpoint: emulator.url,
      credentials: principal,
      maxAttempts: 1,
    });
  const client = clientOf(PRINCIPAL);
  const control: Bench['control'] = async (method, path, body) => {
    const response = await fetch(`${emulator.url}/_emulator/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return {
    emulator,
    client,
    clientOf,
    control,
    calls: async () => (await control('GET', 'calls')).body as CallRecord[],
    start: async (input = {}) => {
      const output = await client.send(
        new StartStreamSessionCommand({
          Identifier: GROUP,
          ApplicationIdentifier: APPLICATION,
          Protocol: 'WebRTC',
          SignalRequest: newOffer(),
          ...input,
        }),
      );
      return String(output.Arn?.split('/').at(-1));
    },
    get: (id) => getSession(client, id),
    connect: async (id, offer = newOffer(), clientToken = randomUUID()) => {
      const output = await client.send(
        new CreateStreamSessionConnectionCommand({
          Identifier: GROUP,
          StreamSessionIdentifier: id,
          SignalRequest: offer,
          ClientToken: clientToken,
        }),
      );
      return String(output.SignalResponse);
    },
    reaches: async (id, status) => {
      const last = await until(
        () => getSession(client, id),
        (session) => session.Status === status,
      );
      expect(last.Status).toBe(status);
      return last;
    },
    close: async () => {
      client.destroy();
      await emulator.close();
    },
  };
}

/** Calls again and again until the result is the wanted one. @returns the last result, even if it is not the wanted one */
export async function until<T>(ask: () => Promise<T> | T, isWanted: (answer: T) => boolean): Promise<T> {
  const deadline = performance.now() + ASKS_FOR_MS;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer) || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Does something while the clock of this process stands still, also the emulator's. However long it takes, no quota refills meanwhile,
 * no minute ends, and no function's time runs out.
 */
export async function atOneMoment<T>(work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
}
