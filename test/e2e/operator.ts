import { DynamoDBClient, PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import type { AccessKey } from '../../local/endpoints.ts';
import { openApi, requireDocumented } from '../openapi/documented-responses.ts';
import { signedHeaders } from '../signed.ts';
import { type Answer, type Deployed, eventually, type Player, readAnswer } from './harness.ts';

/** Route keys of the operator API. */
export const SHELL = 'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/admin-shells';
export const SESSIONS = 'GET /v1/players/{playerId}/streamsessions';
/** The same function by a path on which the player id is a query parameter. */
export const SESSIONS_BY_QUERY = 'GET /v1/streamsessions';
export const TERMINATE = 'DELETE /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}';

export const EXPORT = 'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/file-exports';
export const FORGET = 'POST /v1/players/{playerId}/erasures';
/** The same function by a path on which the player id is a query parameter. */
export const FORGET_BY_QUERY = 'POST /v1/erasures';
const BRAKE_PATH = '/v1/brakes/starts';
export const SET_BRAKE = `PUT ${BRAKE_PATH}`;
export const BRAKE = `GET ${BRAKE_PATH}`;

/** AWS's operation behind a shell. */
export const ACCESS = 'CreateStreamSessionAdminShell';

export const REASON = 'Ticket 4711: black screen after the last update';

/**
 * Requests to the operator API, signed with a key; by default with that of the deployment's operator. Every answer is checked against
 * docs/openapi-operator.json.
 */
export function operatorOf({ endpoints }: Deployed, key: AccessKey = endpoints.operator) {
  const { region, streamGroupId } = endpoints;
  const api = endpoints.operatorApi ?? '';
  const group = `/v1/streamgroups/${streamGroupId}/streamsessions`;
  const request = async (
    method: string,
    path: string,
    body = '',
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const url = `${api}${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        'content-type': 'application/json',
        ...signedHeaders(method, url, body, { ...key, region }),
        ...headers,
      },
      ...(body === '' ? {} : { body }),
    });
    const answer = await readAnswer(response);
    requireDocumented(openApi.operator, method, path, answer);
    return answer;
  };
  return {
    request,
    shell: (id: string, body: unknown = { reason: REASON }, inGroup = group) =>
      request(
        'POST',
        `${inGroup}/${id}/admin-shells`,
        typeof body === 'string' ? body : JSON.stringify(body),
      ),
    sessions: (playerId: string) =>
      request('GET', `/v1/players/${encodeURIComponent(playerId)}/streamsessions`),
    sessionsByQuery: (playerId: string) =>
      request('GET', `/v1/streamsessions?playerId=${encodeURIComponent(playerId)}`),
    terminate: (id: string) => request('DELETE', `${group}/${id}`),
    exportFiles: (id: string, inGroup = group) =>
      request('POST', `${inGroup}/${id}/file-exports`, JSON.stringify({ reason: REASON })),
    forget: (playerId: string) =>
      request(
        'POST',
        `/v1/players/${encodeURIComponent(playerId)}/erasures`,
        JSON.stringify({ reason: REASON }),
      ),
    forgetByQuery: (playerId: string) =>
      request(
        'POST',
        `/v1/erasures?playerId=${encodeURIComponent(playerId)}`,
        JSON.stringify({ reason: REASON }),
      ),
    setBrake: (seconds: number, reason = REASON) =>
      request('PUT', BRAKE_PATH, JSON.stringify({ seconds, reason })),
    brake: () => request('GET', BRAKE_PATH),
  };
}

/** All records of the audit table, as an auditor would read them. */
export async function auditRecords({
  endpoints,
  stacks,
  principals,
}: Deployed): Promise<Record<string, unknown>[]> {
  const client = new DynamoDBClient({
    endpoint: endpoints.table,
    region: endpoints.region,
    credentials: principals.auditor,
  });
  const TableName = stacks.find(({ outputs }) => outputs.AuditTable)?.outputs.AuditTable;
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  client.destroy();
  return Items.map((item) => unmarshall(item));
}

/** A player in the middle of a game. */
export async function playing(from: Deployed): Promise<{ player: Player; id: string; playerId: string }> {
  const player = await from.player();
  const started = await player.start();
  const id: string = started.json.streamSession.streamSessionId;
  await eventually(
    () => from.session(id),
    ({ status }) => status === 'CONNECTED',
  );
  await from.forgetCalls();
  return { player, id, playerId: playerIdOf(from.endpoints.identity, player.name, 'pseudonym') };
}

/**
 * Stores a player's session records once more, for a player of another id. The local issuer gives no token for every subject that
 * a publisher's own issuer may use.
 */
export async function copyRecords(from: Deployed, playerId: string, toPlayerId: string): Promise<void> {
  const key = from.principals.keyOf(from.functionOf('POST /v1/streamgroups/{streamGroupId}/streamsessions'));
  const client = new DynamoDBClient({
    endpoint: from.endpoints.table,
    region: from.endpoints.region,
    credentials: key,
  });
  const TableName = from.functionOf('GET /v1/streamsessions').environment.TABLE_NAME;
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :player',
      ExpressionAttributeValues: marshall({ ':player': playerId }),
    }),
  );
  for (const item of Items) {
    const Item = { ...item, ...marshall({ pk: toPlayerId }) };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
  client.destroy();
}
