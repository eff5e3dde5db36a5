import { apiConnections } from '../../bench/storm/api-client.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import { mintAccessToken } from '../../local/identity/token.ts';
import type { Answer, PlayerRequest, Route } from './request.ts';

/** A player waits this long for an answer: longer than API Gateway does. */
const PATIENCE_MS = 35_000;

/** The local provider's tokens live for 15 minutes. */
const TOKEN_LIVES_MS = 10 * 60_000;

/** One player's connections to the API. */
export interface PlayerApi {
  /** @returns undefined when no answer came */
  send(request: PlayerRequest): Promise<Answer | undefined>;
  close(): void;
}

const METHODS: Record<Route, string> = {
  start: 'POST',
  status: 'GET',
  sessions: 'GET',
  reconnect: 'POST',
  terminate: 'DELETE',
};

/**
 * @param api the base URL, behind what fails
 * @param stop ends requests that are under way
 */
export function playerApi(
  name: string,
  { api, endpoints, stop }: { api: string; endpoints: Endpoints; stop: AbortSignal },
): PlayerApi {
  const connections = apiConnections();
  const group = `/v1/streamgroups/${endpoints.streamGroupId}/streamsessions`;
  let token: { text: string; until: number } | undefined;
  const freshToken = async () => {
    if (!token || performance.now() > token.until) {
      const text = await mintAccessToken({ issuer: endpoints.identity, player: name });
      token = { text, until: performance.now() + TOKEN_LIVES_MS };
    }
    return token.text;
  };
  const pathOf = ({ route, session }: PlayerRequest) =>
    ({
      start: group,
      status: `${group}/${session}`,
      sessions: '/v1/streamsessions',
      reconnect: `${group}/${session}/connections`,
      terminate: `${group}/${session}`,
    })[route];
  return {
    async send(request) {
      const { route, offer: signalRequest, named: previousConnectionId, key } = request;
      const headers = {
        authorization: `Bearer ${await freshToken()}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      };
      const body =
        signalRequest === undefined ? null : JSON.stringify({ signalRequest, previousConnectionId });
      try {
        const response = await connections.fetch(`${api}${pathOf(request)}`, {
          method: METHODS[route],
          headers,
          body,
          signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]),
        });
        const { status, headers: received } = response;
        const text = await response.text();
        return { status, headers: received, text, json: text === '' ? undefined : JSON.parse(text) };
      } catch {
        return undefined;
      }
    },
    close: () => connections.close(),
  };
}
