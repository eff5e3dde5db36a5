/** A process of a storm that runs all players of one policy. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Endpoints } from '../../local/endpoints.ts';
import { mintAccessToken } from '../../local/identity/token.ts';
import { concurrencyLimit } from '../broker/concurrency-limit.ts';
import { type ApiConnections, apiConnections } from './api-client.ts';
import { runCrowd, type StormPlayer } from './crowd.ts';
import { emulatorControl } from './emulator.ts';
import type { CrowdMessage, CrowdTask } from './messages.ts';
import { newOffer } from './offer.ts';
import { CONNECTION_TIMEOUT_SECONDS, OTHER_WORKERS, reconnectWorkers } from './policies.ts';
import { rejoinPlayer } from './rejoin-player.ts';
import { sdkPlayers } from './sdk-player.ts';

/** How often progress is reported, in milliseconds. */
const TELL_EVERY_MS = 200;
/** A player tries a little longer than AWS keeps its session. */
const PATIENCE_SECONDS = CONNECTION_TIMEOUT_SECONDS + 10;
/** A token lasts longer than any crowd's start and storm. */
const TOKEN_SECONDS = 3600;

/** First requests at the same time: enough to keep this machine busy, and few enough that each is answered soon. */
const ENTER_AT_ONCE = 10;
/** Requests that each worker of a function serves before the storm. */
const WARM_REQUESTS = 10;

const task = JSON.parse(process.argv[2] ?? '{}') as CrowdTask;
const report = (message: CrowdMessage) =>
  new Promise<void>((sent) => {
    if (process.connected) process.send?.(message, () => sent());
  });
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

function crowd(): { players: StormPlayer[]; warmUp(): Promise<void>; close(): void } {
  const { endpoints, policy } = task;
  const { identity, streamGroupId } = endpoints;
  if (policy !== 'rejoin') {
    const target = { ...endpoints, endpoint: endpoints.gameLiftStreams, credentials: endpoints.publisher };
    const sdk = sdkPlayers(target, { players: task.players, backoff: policy === 'sdkBackoff' });
    // These clients are warm: they have started sessions.
    return { ...sdk, warmUp: async () => {} };
  }
  const connections = apiConnections();
  // First requests come faster than the quota: without a growing queue there is no storm.
  const firstRequests = concurrencyLimit(ENTER_AT_ONCE, (ENTER_AT_ONCE * 1000) / (task.quota * 1.5));
  const players = Array.from({ length: task.players }, (_, number) =>
    rejoinPlayer({
      api: endpoints.api,
      streamGroupId,
      firstRequests,
      token: lazy(() =>
        mintAccessToken({ issuer: identity, player: `storm-${number}`, expiresIn: TOKEN_SECONDS }),
      ),
      environment: { fetch: connections.fetch },
    }),
  );
  return { players, warmUp: () => warmUp(connections, endpoints), close: connections.close };
}

/**
 * Sends so many requests at once that every worker of the reconnect and the status function has started and served a few. They name an
 * unknown session, so they cost no AWS call. Lambda starts its sandboxes side by side, each on its own processor; here they share this
 * machine's. Players poll the status once AWS has refused them: workers that start only then take the processor from all others, for
 * longer than functions may run.
 */
async function warmUp({ fetch }: ApiConnections, { api, identity, streamGroupId }: Endpoints): Promise<void> {
  const authorization = `Bearer ${await mintAccessToken({ issuer: identity, player: 'storm-warm-up' })}`;
  const session = `${api}/v1/streamgroups/${streamGroupId}/streamsessions/none`;
  const connect = () =>
    fetch(`${session}/connections`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify({ signalRequest: newOffer() }),
    });
  const poll = () => fetch(session, { headers: { authorization } });
  const ask = (times: number, one: () => Promise<unknown>) => Promise.all(Array.from({ length: times }, one));
  await ask(reconnectWorkers(task.quota) * WARM_REQUESTS, connect);
  // With notice 0 AWS refuses no reconnect as CONNECTED, so players do not poll.
  if (task.notice > 0) await ask(OTHER_WORKERS * WARM_REQUESTS, poll);
}

/** Makes a value at the first call and keeps it, as pages keep their token. */
function lazy<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= make();
    return value;
  };
}

const emulator = emulatorControl(task.endpoints.gameLiftStreams);
let reportedAt = 0;
try {
  const { players, warmUp, close } = crowd();
  const outcomes = await runCrowd({
    players,
    emulator,
    patienceMs: (PATIENCE_SECONDS + task.notice) * 1000,
    warmUp,
    begin: async () => {
      const go = once(process, 'message');
      await report({ kind: 'cut' });
      await go;
    },
    onProgress: (phase, done, elapsedMs) => {
      if (performance.now() - reportedAt < TELL_EVERY_MS) return;
      reportedAt = performance.now();
      void report({ kind: 'progress', phase, done, elapsedMs });
    },
  });
  close();
  await report({ kind: 'done', outcomes });
} catch (error) {
  await report({ kind: 'failed', message: (error as Error).message });
} finally {
  emulator.close();
}
process.disconnect();
