import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Deployed, deploy, eventually, startedElsewhere } from './harness.ts';

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy({ settings: { adoption: { enabled: true, quotaShare: 0.1 } } });
});
afterAll(() => deployed.close());

it('a session started in advance elsewhere is joined by its player through the reconnect route', async () => {
  const player = await deployed.player();
  const id = await startedElsewhere(deployed, player);
  const joined = await player.reconnect(id);
  expect(joined.status).toBe(201);
  await eventually(
    () => deployed.session(id),
    ({ status }) => status === 'CONNECTED',
  );
  expect((await player.sessions()).json.streamSessions).toMatchObject([{ streamSessionId: id }]);
});

it('it is adopted by its owner and nobody else, and the stranger hears what an unknown id would tell', async () => {
  const [player, stranger] = [await deployed.player(), await deployed.player()];
  const id = await startedElsewhere(deployed, player);
  await deployed.forgetCalls();
  const theirs = await stranger.reconnect(id);
  const theirCalls = (await deployed.calls()).map(({ operation }) => operation);
  await deployed.forgetCalls();
  const unknown = await stranger.reconnect('11111111-1111-4111-8111-111111111111');
  const unknownCalls = (await deployed.calls()).map(({ operation }) => operation);
  const { requestId: _, ...body } = theirs.json;
  const { requestId: __, ...unknownBody } = unknown.json;
  expect([theirs.status, body, theirCalls]).toEqual([404, unknownBody, unknownCalls]);
  expect(theirCalls).toEqual(['GetStreamSession']);
  // The stranger's guesses may have taken this second's share of looks: the owner waits as told, since each try is a miss.
  let own = await player.status(id);
  while (own.json.code === 'paced') {
    await delay(own.json.retryAfterMs);
    own = await player.status(id);
  }
  expect(own.status).toBe(200);
});

it('a thousand guessed ids cost the guesser a budget, and others nothing', async () => {
  const [guesser, other] = [await deployed.player(), await deployed.player()];
  const id = await startedElsewhere(deployed, other);
  await deployed.forgetCalls();
  const statuses = new Map<number, number>();
  const began = Date.now();
  for (let round = 0; round < 50; round++) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => guesser.status(`guess-${round}-${n}`)),
    );
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses.keys()].every((status) => [404, 429, 503].includes(status))).toBe(true);
  // Ten misses at once, and one more each six seconds, however long the thousand takes on this machine.
  const misses = 10 + Math.ceil((Date.now() - began) / 6_000);
  expect((await deployed.calls('GetStreamSession')).length).toBeLessThanOrEqual(misses);
  expect((statuses.get(429) ?? 0) + (statuses.get(503) ?? 0)).toBeGreaterThanOrEqual(1000 - misses);
  expect((await other.reconnect(id)).status).toBe(201);
});
