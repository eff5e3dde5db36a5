import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Deployed, deploy, droppedSession, type Player } from './harness.ts';

/** Of reconnects; starts get a fifth of it, polls two fifths. Next to nothing comes back while the test runs. */
const BURST = 100;
const PLAYERS = 5;
/** As many requests as that are under way at once. */
const AT_ONCE = 20;

let deployed: Deployed;
let group: string;
beforeAll(async () => {
  deployed = await deploy({
    settings: {
      throttling: { ratePerSecond: 1, burst: BURST },
      // No session ends because the machine is slow.
      streamGroups: [
        { id: 'sg-local', region: 'us-west-2', applications: ['a-local'], connectionTimeoutSeconds: 3600 },
      ],
    },
  });
  group = `/v1/streamgroups/${deployed.endpoints.streamGroupId}/streamsessions`;
});
afterAll(() => deployed.close());

/** API Gateway's own refusal, not one of a player's own budget. */
const isThrottled = ({ status, json }: Pick<Answer, 'status' | 'json'>) =>
  status === 429 && json.code === undefined;

/** Sends one request so many times. */
async function flood(times: number, send: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  let left = times;
  const sender = async () => {
    while (left > 0) {
      left -= 1;
      answers.push(await send());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return answers;
}

describe('of a deployment with its limits', () => {
  let players: { player: Player; id: string }[];
  let anybody: Player;

  it('no reconnect is refused while starts and polls come at ten times what the API takes', async () => {
    anybody = await deployed.player();
    players = [];
    for (let at = 0; at < PLAYERS; at += 1) {
      const player = await deployed.player();
      players.push({ player, id: (await droppedSession(deployed, player)).id });
    }
    const [rush, reconnects] = await Promise.all([
      Promise.all([
        flood(2 * BURST, () => anybody.start()),
        flood(5 * BURST, () => anybody.status('none')),
        flood(2 * BURST, () => anybody.sessions()),
        flood(BURST, () => anybody.terminate('none')),
      ]),
      Promise.all(players.map(({ player, id }) => player.reconnect(id))),
    ]);
    expect(reconnects.map(({ status }) => status)).toEqual(Array(PLAYERS).fill(201));
    for (const answers of rush) {
      expect(answers.filter(isThrottled).length).toBeGreaterThan(answers.length / 2);
    }
    // Also after the rush, while the others are still refused.
    const { player, id } = players[0] as { player: Player; id: string };
    expect((await player.reconnect(id)).json.code).toBe('session_not_reconnectable');
  });

  it('a flood of the reconnect route without a token uses up what players would need there', async () => {
    const stranger = async (): Promise<Answer> => {
      const response = await fetch(`${deployed.endpoints.api}${group}/none/connections`, { method: 'POST' });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
    };
    const answers = await flood(4 * BURST, stranger);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect(answers.filter(isThrottled).length).toBeGreaterThan(BURST);
  });

  it('so does a flood of the reconnect route by one player with a token', async () => {
    const answers = await flood(2 * BURST, () => anybody.reconnect('none'));
    expect(answers.filter(isThrottled).length).toBeGreaterThan(BURST / 2);
  });
});
