import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, type Deployed, deploy, eventually, startedElsewhere } from './harness.ts';

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy({
    settings: { adoption: { enabled: true, quotaShare: 0.1 } },
  });
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

/**
 * Sends a request, and repeats it after the named wait while the lookup limiter's share for guesses is used up.
 * @returns the answer, and its AWS calls
 */
async function unpaced(ask: () => Promise<Answer>): Promise<{ answer: Answer; calls: string[] }> {
  for (;;) {
    await deployed.forgetCalls();
    const answer = await ask();
    const calls = (await deployed.calls()).map(({ operation }) => operation);
    if (answer.json.code !== 'paced') return { answer, calls };
    await delay(answer.json.retryAfterMs);
  }
}

it('only its owner imports a session that was started elsewhere, and another player gets the answer for an unknown id', async () => {
  const [player, stranger] = [await deployed.player(), await deployed.player()];
  const id = await startedElsewhere(deployed, player);
  const guess = async (guessed: string) => {
    const { answer, calls } = await unpaced(() => stranger.reconnect(guessed));
    const { requestId: _, ...body } = answer.json;
    return { status: answer.status, body, calls };
  };
  const { status, body, calls: theirCalls } = await guess(id);
  const { body: unknownBody, calls: unknownCalls } = await guess('11111111-1111-4111-8111-111111111111');
  expect([status, body, theirCalls]).toEqual([404, unknownBody, unknownCalls]);
  expect(theirCalls).toEqual(['GetStreamSession']);
  expect((await unpaced(() => player.status(id))).answer.status).toBe(200);
});

it('a thousand guessed ids use up the rate limit of the guesser alone', async () => {
  const [guesser, other] = [await deployed.player(), await deployed.player()];
  const id = await startedElsewhere(deployed, other);
  await deployed.forgetCalls();
  const statuses = new Map<number, number>();
  const began = Date.now();
  for (let round = 0; round < 200; round++) {
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) => guesser.status(`guess-${round}-${n}`)),
    );
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([404, 429, 503]).toEqual(expect.arrayContaining([...statuses.keys()]));
  // Ten misses at once, and one more every six seconds, however long a thousand takes on this machine.
  const misses = 10 + Math.ceil((Date.now() - began) / 6_000);
  expect((await deployed.calls('GetStreamSession')).length).toBeLessThanOrEqual(misses);
  expect((statuses.get(429) ?? 0) + (statuses.get(503) ?? 0)).toBeGreaterThanOrEqual(1000 - misses);
  expect((await other.reconnect(id)).status).toBe(201);
});
