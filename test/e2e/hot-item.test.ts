import { afterAll, beforeAll, expect, it } from 'vitest';
import { atOneMoment } from '../emulator/support.ts';
import { type Answer, type Deployed, deploy, droppedSession, offer } from './harness.ts';

const PLAYERS = 40;
const QUOTA = 4;
/** One item of the table accepts far fewer writes than players arrive, as with 5,000 players in two seconds and 1,000 writes. */
const ITEM_WRITES_PER_SECOND = 6;

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy({
    tableItemWritesPerSecond: ITEM_WRITES_PER_SECOND,
    settings: {
      quotas: { CreateStreamSessionConnection: QUOTA },
      // No session ends because the machine is slow.
      streamGroups: [
        {
          id: 'sg-local',
          region: 'us-west-2',
          applications: ['a-local'],
          connectionTimeoutSeconds: 3600,
        },
      ],
    },
    emulator: { quotas: { CreateStreamSessionConnection: QUOTA } },
    maxWorkersPerFunction: 12,
  });
});
afterAll(() => deployed.close());

/** Repeats the very same request, as any HTTP client does that honours `Retry-After`. */
async function comeBack(first: Answer, ask: () => Promise<Answer>): Promise<Answer[]> {
  const answers = [first];
  for (let answer = first; ; ) {
    const seconds = Number(answer.headers.get('retry-after'));
    if (answer.status === 201 || !(seconds > 0)) return answers;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    answer = await ask();
    answers.push(answer);
  }
}

it('with too hot a queue item players wait for a ticket, nobody is lost, and no answer mentions the table', async () => {
  const players: (() => Promise<Answer>)[] = [];
  // A few at a time: only after the loss do they come together.
  while (players.length < PLAYERS) {
    const few = Array.from({ length: 5 }, async () => {
      const player = await deployed.player();
      const { id } = await droppedSession(deployed, player);
      const signalRequest = offer();
      return () => player.reconnect(id, { signalRequest });
    });
    players.push(...(await Promise.all(few)));
  }
  await deployed.forgetCalls();
  // By the clock of AWS and the table all come in the same second, however slow this machine is.
  const first = await atOneMoment(() => Promise.all(players.map((ask) => ask())));
  const heard = await Promise.all(players.map((ask, at) => comeBack(first[at] as Answer, ask)));

  expect(heard.map((answers) => answers.at(-1)?.status)).toEqual(Array(PLAYERS).fill(201));
  const refusals = heard.flatMap((answers) => answers.slice(0, -1));
  expect(new Set(refusals.map(({ json }) => json.code))).toEqual(new Set(['paced']));
  // A player whose write the item refused gets a wait, but no place in the queue yet.
  expect(refusals.filter(({ json }) => json.queuePosition === undefined).length).toBeGreaterThan(0);
  const calls = await deployed.calls('CreateStreamSessionConnection');
  expect(calls.filter(({ status }) => status === 200)).toHaveLength(PLAYERS);
});
