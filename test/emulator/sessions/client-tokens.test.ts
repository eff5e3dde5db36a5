import { randomUUID } from 'node:crypto';
import { StartStreamSessionCommand } from '@aws-sdk/client-gameliftstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../emulator/model/errors.ts';
import { createClientTokens } from '../../../emulator/sessions/client-tokens.ts';
import { APPLICATION, type Bench, GROUP, newOffer, openBench } from '../support.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const dropped = async () => {
  const id = await bench.start();
  await bench.reaches(id, 'CONNECTED');
  await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
  return id;
};
const connections = async (id: string) =>
  ((await bench.control('GET', `streamsessions/${id}`)).body as { connections: number }).connections;

describe('a client token makes a call happen once', () => {
  it('a repeated start is one session and gets the first response again, though the session has changed', async () => {
    const command = () =>
      new StartStreamSessionCommand({
        Identifier: GROUP,
        ApplicationIdentifier: APPLICATION,
        Protocol: 'WebRTC',
        SignalRequest: offer,
        ClientToken: token,
      });
    const offer = newOffer();
    const token = randomUUID();
    const { $metadata: _first, ...first } = await bench.client.send(command());
    await bench.reaches(String(first.Arn?.split('/').at(-1)), 'CONNECTED');
    const { $metadata: _again, ...again } = await bench.client.send(command());
    expect(again).toEqual(first);
    expect((await bench.control('GET', 'streamsessions')).body).toHaveLength(1);
  });

  it('a repeated reconnect is one connection and gets the same bytes, at once or later', async () => {
    const id = await dropped();
    const offer = newOffer();
    const token = randomUUID();
    const answers = await Promise.all([bench.connect(id, offer, token), bench.connect(id, offer, token)]);
    await bench.reaches(id, 'CONNECTED');
    answers.push(await bench.connect(id, offer, token));
    expect(new Set(answers).size).toBe(1);
    expect(await connections(id)).toBe(2);
  });

  it('a token with other parameters gets ConflictException', async () => {
    const [one, other] = [await dropped(), await dropped()];
    const offer = newOffer();
    const token = randomUUID();
    await bench.connect(one, offer, token);
    await expect(bench.connect(one, newOffer(), token)).rejects.toMatchObject({ name: 'ConflictException' });
    await expect(bench.connect(other, offer, token)).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it.each(['throttle', 'internal', 'conflict'])(
    'a call that ended in %s has not consumed it',
    async (kind) => {
      const id = await dropped();
      const offer = newOffer();
      const token = randomUUID();
      await bench.control('POST', 'faults', { operation: 'CreateStreamSessionConnection', kind, count: 1 });
      await expect(bench.connect(id, offer, token)).rejects.toThrow();
      await expect(bench.connect(id, offer, token)).resolves.toContain('answer');
      expect(await connections(id)).toBeLessThanOrEqual(2);
    },
  );

  it('a call that was refused for the session’s status has not used up its token', async () => {
    const id = await bench.start();
    await bench.reaches(id, 'CONNECTED');
    const offer = newOffer();
    const token = randomUUID();
    await expect(bench.connect(id, offer, token)).rejects.toMatchObject({ name: 'ConflictException' });
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    await expect(bench.connect(id, offer, token)).resolves.toContain('answer');
  });

  it('a lost response is recovered by repeating the call', async () => {
    const id = await dropped();
    const offer = newOffer();
    const token = randomUUID();
    await bench.control('POST', 'faults', {
      operation: 'CreateStreamSessionConnection',
      kind: 'lostResponse',
      count: 1,
    });
    await expect(bench.connect(id, offer, token)).rejects.not.toHaveProperty('$response.statusCode', 200);
    await bench.reaches(id, 'CONNECTED');
    await expect(bench.connect(id, offer, token)).resolves.toContain('answer');
    expect(await connections(id)).toBe(2);
  });
});

describe('with repeatAnswer off', () => {
  beforeEach(() => bench.control('PUT', 'settings', { repeatAnswer: false }));

  it('a repeated reconnect is decided anew', async () => {
    const id = await dropped();
    const offer = newOffer();
    const token = randomUUID();
    await bench.connect(id, offer, token);
    await bench.reaches(id, 'CONNECTED');
    await expect(bench.connect(id, offer, token)).rejects.toMatchObject({ name: 'ConflictException' });
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    await expect(bench.connect(id, offer, token)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('a repeated start still starts no second session', async () => {
    const input = { ClientToken: randomUUID(), SignalRequest: newOffer() };
    await bench.start(input);
    await expect(bench.start(input)).rejects.toMatchObject({ name: 'ConflictException' });
    expect((await bench.control('GET', 'streamsessions')).body).toHaveLength(1);
  });
});

it('a client token is forgotten after its retention, and the order of parameters does not matter', async () => {
  let now = 0;
  let acts = 0;
  const tokens = createClientTokens(
    () => ({ retentionSeconds: 10, repeatAnswer: true }),
    () => now,
  );
  const run = (parameters: object) =>
    tokens.run({ operation: 'X', clientToken: 't', parameters, act: async () => ++acts });
  expect(await run({ a: 1, b: { c: [1], d: 2 } })).toBe(1);
  expect(await run({ b: { d: 2, c: [1] }, a: 1 })).toBe(1);
  await expect(run({ a: 2 })).rejects.toBeInstanceOf(ServiceError);
  now = 10_000;
  expect(await run({ a: 2 })).toBe(2);
});
