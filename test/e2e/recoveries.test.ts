import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientConnection, createStream } from '../../client/src/index.ts';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { type Deployed, deploy, droppedSession, eventually, offer } from './harness.ts';

const RECOVERIES = 'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/recoveries';
const REPORT = { outcome: 'replaced', why: 'silence', silentMs: 4200, attempts: 2, agoMs: 60_000 };

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy();
});
afterAll(() => deployed?.close());

type Player = Awaited<ReturnType<Deployed['player']>>;

const report = (player: Player, id: string, body: object = REPORT) => player.report(id, body);

/** The log lines about a session that have this message. */
function linesOf(streamSessionId: string, message: string): Record<string, unknown>[] {
  const directory = join(deployed.directory, 'logs');
  return readdirSync(directory)
    .filter((file) => !file.endsWith('-access.log'))
    .flatMap((file) => readFileSync(join(directory, file), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{') && line.includes(streamSessionId))
    .map((line) => JSON.parse(line))
    .filter((line) => line.message === message);
}

/** The Web SDK's object in a page whose picture comes as soon as there is an answer. */
class PictureSdk {
  readonly connection: ClientConnection;
  #frames = 0;
  #answered = false;

  constructor(connection: ClientConnection) {
    this.connection = connection;
  }

  generateSignalRequest = async () => offer();
  processSignalResponse = async () => {
    this.#answered = true;
  };
  attachInput() {}
  close() {}
  async getVideoRTCStats() {
    if (this.#answered) this.#frames += 1;
    const counters = { packetsReceived: this.#frames, framesDecoded: this.#frames };
    return new Map([['video', { type: 'inbound-rtp', kind: 'video', ...counters }]]);
  }
}

describe('a player whose stream was replaced', () => {
  it('tells it by the shipped client, and the report is one log line under the player and the session', async () => {
    const player = await deployed.player();
    const sdks: PictureSdk[] = [];
    const stream = createStream<PictureSdk>({
      api: deployed.endpoints.api,
      streamGroupId: deployed.endpoints.streamGroupId,
      createGameLiftStreams(connection) {
        const sdk = new PictureSdk(connection);
        sdks.push(sdk);
        return sdk;
      },
      getAccessToken: () => player.token,
    });
    const started = await stream.start();
    const { session } = started;
    const id = session?.streamSessionId ?? expect.unreachable(JSON.stringify(started));
    await eventually(
      () => deployed.session(id),
      ({ status }) => status === 'CONNECTED',
    );
    await deployed.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    sdks.at(-1)?.connection.channelError(new Event('error'));
    await eventually(
      async () => [stream.state.name, sdks.length],
      ([name, count]) => name === 'connected' && count === 2,
    );
    stream.close();

    const [line] = await eventually(
      async () => linesOf(id, 'recovery'),
      ({ length }) => length > 0,
    );
    expect(line).toMatchObject({
      level: 'INFO',
      route: 'recoveries',
      requestId: expect.stringMatching(/./),
      playerId: playerIdOf(deployed.endpoints.identity, player.name, 'pseudonym'),
      streamGroupId: deployed.endpoints.streamGroupId,
      streamSessionId: id,
      outcome: 'replaced',
      why: 'channel_error',
      silentMs: expect.any(Number),
      attempts: expect.any(Number),
      agoMs: expect.any(Number),
    });
    expect(line).not.toHaveProperty('ending');
  });
});

describe('a report is a player’s word:', () => {
  it('it changes no session, whatever it says of the player’s own or of somebody else’s', async () => {
    const [owner, other] = [await deployed.player(), await deployed.player()];
    const { id } = await droppedSession(deployed, owner);
    const before = await owner.sessions();
    expect(before.json.streamSessions).toHaveLength(1);
    for (const player of [owner, other]) {
      expect((await report(player, id)).status).toBe(204);
      const ended = { ...REPORT, outcome: 'given_up', ending: 'session_ended' };
      expect((await report(player, id, ended)).status).toBe(204);
    }
    expect((await owner.sessions()).json).toEqual(before.json);
    expect((await other.sessions()).json.streamSessions).toEqual([]);
    expect((await owner.reconnect(id)).status).toBe(201);
    // Each line names who said it.
    const lines = await eventually(
      async () => linesOf(id, 'recovery'),
      ({ length }) => length === 4,
    );
    const ids = [owner, other].map(({ name }) => playerIdOf(deployed.endpoints.identity, name, 'pseudonym'));
    expect(lines.map(({ playerId }) => playerId).toSorted()).toEqual([...ids, ...ids].toSorted());
  });

  it('four are heard in a minute of the clock, however many are sent at once', async () => {
    const player = await deployed.player();
    // Around a full minute there may be two windows.
    const answers = await Promise.all(Array.from({ length: 24 }, () => report(player, randomUUID())));
    const heard = answers.filter(({ status }) => status === 204);
    expect([4, 8]).toContain(heard.length);
    for (const { status, json } of answers)
      if (status !== 204) expect([status, json.code]).toEqual([429, 'too_many_requests']);
  });

  it('a field or a word that the protocol does not know is refused, and its text reaches no log', async () => {
    const player = await deployed.player();
    const id = randomUUID();
    const marks = [randomUUID(), randomUUID(), randomUUID()] as const;
    for (const lie of [{ note: marks[0] }, { why: marks[1] }, { outcome: 'given_up', ending: marks[2] }]) {
      const { status, json } = await report(player, id, { ...REPORT, ...lie });
      expect([status, json.code]).toEqual([400, 'invalid_request']);
    }
    await eventually(
      async () => linesOf(id, 'refused'),
      ({ length }) => length === 3,
    );
    const directory = join(deployed.directory, 'logs');
    const logs = readdirSync(directory).map((file) => readFileSync(join(directory, file), 'utf8'));
    for (const mark of marks) expect(logs.join('\n')).not.toContain(mark);
  });
});

it('a leaked key of the function of reports writes counts of reports, and no session, and reads nothing', async () => {
  const player = await deployed.player();
  const { id } = await droppedSession(deployed, player);
  const owner = playerIdOf(deployed.endpoints.identity, player.name, 'pseudonym');
  const { environment } = deployed.functionOf(RECOVERIES);
  const { region, table } = deployed.endpoints;
  const TableName = environment.TABLE_NAME;
  const credentials = deployed.principals.keyOf(deployed.functionOf(RECOVERIES));
  const client = new DynamoDBClient({ region, endpoint: table, credentials, maxAttempts: 1 });
  const update = (pk: string) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: { pk: { S: pk }, sk: { S: `SESSION#${deployed.endpoints.streamGroupId}#${id}` } },
        UpdateExpression: 'SET #ttl = :past',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':past': { N: '1' } },
      }),
    );
  const denied = { name: 'AccessDeniedException' };
  await expect(update(owner)).rejects.toMatchObject(denied);
  await expect(update(`RECOVERIES#${owner}`)).resolves.toBeDefined();
  const read = new GetItemCommand({ TableName, Key: { pk: { S: `RECOVERIES#${owner}` }, sk: { S: 'x' } } });
  await expect(client.send(read)).rejects.toMatchObject(denied);
  client.destroy();
  expect((await player.reconnect(id)).status).toBe(201);
});
