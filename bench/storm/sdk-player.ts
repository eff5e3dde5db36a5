import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateStreamSessionConnectionCommand,
  GameLiftStreamsClient,
  StartStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';
import type { AccessKey } from '../../local/endpoints.ts';
import { newOutcome, type Outcome, type StormClock, type StormPlayer } from './crowd.ts';
import { fullJitter, newOffer } from './offer.ts';

/** The SDK's own default. */
const MAX_ATTEMPTS = 3;
const BACKOFF_BASE_MS = 1000;
const BACKOFF_CAP_MS = 20_000;

/** The SDK's endpoint and the session's parameters. */
export interface SdkTarget {
  endpoint: string;
  region: string;
  credentials: AccessKey;
  streamGroupId: string;
  application: string;
}

/**
 * Players whose requests a small backend passes to AWS through the SDK, without a queue: what people do today. Two things favour this
 * baseline: the way from the browser to the backend costs nothing, and each player has its own SDK client, so that no player meets
 * the retry quota that a client's calls share.
 */
export function sdkPlayers(
  target: SdkTarget,
  { players, backoff }: { players: number; backoff: boolean },
): { players: StormPlayer[]; close(): void } {
  const { endpoint, region, credentials } = target;
  const options = { endpoint, region, credentials, maxAttempts: MAX_ATTEMPTS };
  const first = new GameLiftStreamsClient({
    ...options,
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: players } },
  });
  const { requestHandler } = first.config;
  return {
    players: Array.from({ length: players }, () =>
      sdkPlayer(new GameLiftStreamsClient({ ...options, requestHandler }), target, backoff),
    ),
    close: () => first.destroy(),
  };
}

function sdkPlayer(
  client: GameLiftStreamsClient,
  { streamGroupId, application }: SdkTarget,
  backoff: boolean,
): StormPlayer {
  let streamSessionId = '';
  return {
    async start() {
      const { Arn } = await client.send(
        new StartStreamSessionCommand({
          Identifier: streamGroupId,
          ApplicationIdentifier: application,
          Protocol: 'WebRTC',
          SignalRequest: newOffer(),
          ConnectionTimeoutSeconds: 120,
        }),
      );
      streamSessionId = String(Arn?.split('/').at(-1));
      return streamSessionId;
    },

    async reconnect({ elapsed, patienceMs }: StormClock): Promise<Outcome> {
      const outcome = newOutcome();
      const SignalRequest = newOffer();
      while (elapsed() < patienceMs) {
        outcome.httpRequests += 1;
        const begun = performance.now();
        const error = await client
          .send(
            new CreateStreamSessionConnectionCommand({
              Identifier: streamGroupId,
              StreamSessionIdentifier: streamSessionId,
              SignalRequest,
              ClientToken: randomUUID(),
            }),
          )
          .then(
            () => undefined,
            (thrown: Error) => thrown.name,
          );
        outcome.servedMs += Math.ceil(performance.now() - begun);
        outcome.firstAnswerAt ??= elapsed();
        const name = error ?? '200';
        outcome.answers[name] = (outcome.answers[name] ?? 0) + 1;
        if (error === undefined) return { ...outcome, backAt: elapsed() };
        if (!backoff) return outcome;
        await delay(fullJitter(outcome.httpRequests, BACKOFF_BASE_MS, BACKOFF_CAP_MS));
      }
      return outcome;
    },
  };
}
