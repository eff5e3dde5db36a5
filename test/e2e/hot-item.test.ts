import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, type Deployed, deploy, droppedSession, offer, type Player } from './harness.ts';

const PLAYERS = 40;
const QUOTA = 4;
/** One item of the table takes far fewer writes than players arrive, as with 5,000 in two seconds and 1,000 writes. */
const ITEM_WRITES_PER_SECOND = 6;

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy({
    tableItemWritesPerSecond: ITEM_WRITES_PER_SECOND,
    settings: { quotas: { CreateStreamSessionConnection: QUOTA } },
    emulator: { quotas: { CreateStreamSessionConnection: QUOTA } },
    maxWorkersPerFunction: 12,
  });
});
afterAll(() => deployed.close());

/** Asks as any HTTP client that honours `Retry-After` does, the very same request again and again. */
async function comeBack(player: Player, id: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  const signalRequest = offer();
  for (;;) {
    const answer = await player.reconnect(id, { signalRequest });
    answers.push(answer);
    const seconds = Number(answer.headers.get('retry-after'));
    if (answer.status === 201 || !(seconds > 0)) return answers;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

it('a pacer whose item is too hot makes players wait for their turn: nobody is lost, nobody hears of the table', async () => {
  const players: { player: Player; id: string }[] = [];
  // A few at a time: they come together when they have lost their streams, not before.
  while (players.length < PLAYERS) {
    const few = Array.from({ length: 5 }, async () => {
      const player = await deployed.player();
      const { id } = await droppedSession(deployed, player);
      return { player, id };
    });
    players.push(...(await Promise.all(few)));
  }
  await deployed.forgetCalls();
  const heard = await Promise.all(players.map(({ player, id }) => comeBack(player, id)));

  expect(heard.map((answers) => answers.at(-1)?.status)).toEqual(Array(PLAYERS).fill(201));
  const refusals = heard.flatMap((answers) => answers.slice(0, -1));
  expect(new Set(refusals.map(({ json }) => json.code))).toEqual(new Set(['paced']));
  // Whom the item had no time for is told to wait, but has no place in the line yet.
  expect(refusals.filter(({ json }) => json.queuePosition === undefined).length).toBeGreaterThan(0);
  const calls = await deployed.calls('CreateStreamSessionConnection');
  expect(calls.filter(({ status }) => status === 200)).toHaveLength(PLAYERS);
});
