import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GameLiftStreamsClient, StartStreamSessionCommand } from '@aws-sdk/client-gameliftstreams';
import { newOffer } from '../../bench/storm/offer.ts';
import type { HeldCallView, Release } from '../../emulator/api/holds.ts';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import {
  type LocalDeployment,
  type LocalDeploymentOptions,
  startDeployment,
} from '../../local/deployment.ts';
import { mintAccessToken } from '../../local/identity/token.ts';
import { freeBasePort } from '../../local/ports.ts';
import { controlOf } from '../emulator-control.ts';
import { openApi, requireDocumented } from '../openapi/documented-responses.ts';
import { ASKS_FOR_MS, HANGS_AFTER_MS } from '../patience.ts';
import { synthesizedOnce } from './synthesized.ts';

/** A call that the emulator saw. */
export interface Call {
  operation: string;
  principal: string;
  clientToken: string | null;
  status: number;
  at: string;
}

/** A response of the player API. `body` is its text. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape.
  json: any;
}

export async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, text, json: text === '' ? undefined : JSON.parse(text) };
}

/** A local deployment with its own directory and ports, for one test file. */
export async function deploy(options: Partial<LocalDeploymentOptions> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-e2e-'));
  const deployment = await startDeployment({
    basePort: await freeBasePort(),
    directory,
    synthesize: synthesizedOnce,
    // On a busy machine a function may take long to load, or to answer.
    functionTimeoutSeconds: HANGS_AFTER_MS / 1000,
    ...options,
  });
  const { endpoints } = deployment;
  const control = controlOf(endpoints.gameLiftStreams);
  return {
    ...deployment,
    directory,
    control,
    fault: (fault: Record<string, unknown>) => control('POST', 'faults', fault),
    /** The next call of the operation is held, see `emulator/api/holds.ts`; more calls by `count`, one session's by `streamSessionId`. */
    hold: (operation: string, more: Record<string, unknown> = {}) =>
      control('POST', 'faults', { operation, kind: 'hold', count: 1, ...more }),
    /** Resolves when so many calls are held. */
    held: (count = 1) =>
      eventually(
        () => control('GET', 'held') as Promise<HeldCallView[]>,
        (calls) => calls.length === count,
      ),
    /** Releases held calls: all, or the named ones. */
    release: (which?: Release) => control('POST', 'release', which) as Promise<HeldCallView[]>,
    /** Resolves when all planned faults have happened: the call with the last one has reached AWS. */
    faultsSpent: () =>
      eventually(
        () => control('GET', 'faults'),
        (planned) => Array.isArray(planned) && planned.length === 0,
      ),
    calls: async (operation?: string) =>
      ((await control('GET', 'calls')) as Call[]).filter(
        (call) => !operation || call.operation === operation,
      ),
    forgetCalls: () => control('DELETE', 'calls'),
    /** The session as the emulator sees it. */
    session: async (id: string) => (await control('GET', `streamsessions/${id}`)) as Record<string, unknown>,
    player: ({ name = `player-${randomUUID()}`, claims }: PlayerOptions = {}) =>
      createPlayer(deployment, name, claims),
    close: async () => {
      await deployment.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A player: a new one without a name, and more claims of the token. */
export interface PlayerOptions {
  name?: string;
  claims?: Readonly<Record<string, unknown>>;
}

export type Deployed = Awaited<ReturnType<typeof deploy>>;

export { newOffer as offer };

/** A signed-in player, and the requests of its page. Every answer is checked against docs/openapi.json. */
async function createPlayer(
  { endpoints }: LocalDeployment,
  name: string,
  claims: PlayerOptions['claims'] = {},
) {
  const token = await mintAccessToken({ issuer: endpoints.identity, player: name, claims });
  const group = `/v1/streamgroups/${endpoints.streamGroupId}/streamsessions`;
  const request = async (
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const response = await fetch(`${endpoints.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = await readAnswer(response);
    requireDocumented(openApi.player, method, path, answer);
    return answer;
  };
  const keyed = (key?: string) => (key === undefined ? {} : { headers: { 'idempotency-key': key } });
  const player = {
    name,
    token,
    request,
    start: (signalRequest = newOffer(), key?: string) =>
      request('POST', group, { body: { signalRequest }, ...keyed(key) }),
    status: (id: string) => request('GET', `${group}/${id}`),
    sessions: () => request('GET', '/v1/streamsessions'),
    reconnect: (
      id: string,
      { signalRequest = newOffer(), key, previousConnectionId, silentMs }: ReconnectOptions = {},
    ) =>
      request('POST', `${group}/${id}/connections`, {
        body: { signalRequest, ...(previousConnectionId ? { previousConnectionId } : {}), silentMs },
        ...keyed(key),
      }),
    terminate: (id: string) => request('DELETE', `${group}/${id}`),
    report: (id: string, body: object) => request('POST', `${group}/${id}/recoveries`, { body }),
  };
  return player;
}

interface ReconnectOptions {
  signalRequest?: string;
  key?: string;
  previousConnectionId?: string;
  silentMs?: number;
}

export type Player = Awaited<ReturnType<typeof createPlayer>>;

/** Repeats a request until the answer fits. @throws Error with the last answer where none does */
export async function eventually<T>(
  ask: () => Promise<T>,
  isSo: (value: T) => boolean,
  withinMs = ASKS_FOR_MS,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (isSo(value)) return value;
    if (performance.now() > end) throw new Error(`It never became so: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A player's session whose connection AWS has seen and lost. */
export async function droppedSession(deployed: Deployed, player: Player) {
  const started = await player.start();
  if (started.status !== 201) throw new Error(`start: ${started.text}`);
  const id: string = started.json.streamSession.streamSessionId;
  await eventually(
    () => deployed.session(id),
    (session) => session.status === 'CONNECTED',
  );
  await deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
  await eventually(
    () => deployed.session(id),
    (session) => session.status === 'PENDING_CLIENT_RECONNECTION',
  );
  return { id, connectionId: started.json.connectionId as string };
}

/** A client of GameLift Streams with the key of the publisher's backend, or another key. */
export function awsClient({ endpoints }: Deployed, credentials = endpoints.publisher): GameLiftStreamsClient {
  const { region, gameLiftStreams: endpoint } = endpoints;
  return new GameLiftStreamsClient({ region, endpoint, credentials, maxAttempts: 1 });
}

/** A session that the publisher's backend starts in advance for a player. No client is connected yet. */
export async function startedElsewhere(deployed: Deployed, player: Pick<Player, 'name'>): Promise<string> {
  const { streamGroupId, application, identity } = deployed.endpoints;
  const client = awsClient(deployed);
  const { Arn } = await client.send(
    new StartStreamSessionCommand({
      Identifier: streamGroupId,
      ApplicationIdentifier: application,
      Protocol: 'WebRTC',
      SignalRequest: 'NO_CLIENT_CONNECTION',
      UserId: playerIdOf(identity, player.name, 'pseudonym'),
    }),
  );
  client.destroy();
  const id = Arn?.split('/').at(-1) ?? '';
  await eventually(
    () => deployed.session(id),
    ({ status }) => status === 'ACTIVE',
  );
  return id;
}
