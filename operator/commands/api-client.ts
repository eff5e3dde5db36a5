import * as z from 'zod';
import { OPERATOR_ROUTES, type OperatorRouteName, pathWith } from '../../contract/routes.ts';
import { parseJson } from '../aws/json.ts';
import { networkReason, type Signer, signedFetch } from '../aws/signed-fetch.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import type { SessionAddress } from './address.ts';
import { failureOf } from './api-failure.ts';

/** Credentials for an admin shell. They are secret: they alone open it. */
export interface ShellCredentials {
  sessionId: string;
  streamUrl: string;
  tokenValue: string;
  expiresAt: string;
}

export interface ListedSession {
  streamGroupId: string;
  streamSessionId: string;
  status: string;
  statusReason?: string | undefined;
  /** When the status was last looked up in AWS. A list does not look it up again. */
  statusAt?: string | undefined;
  location?: string | undefined;
  createdAt: string;
  endsAt?: string | undefined;
}

export interface OperatorApi {
  /** A player's stream sessions, newest first. */
  sessionsOf(playerId: string): Promise<ListedSession[]>;
  /** Credentials, and for how many milliseconds they are valid from now on. */
  openShell(
    address: SessionAddress,
    reason: string,
  ): Promise<{ credentials: ShellCredentials; validMs: number }>;
  terminate(address: SessionAddress): Promise<void>;
  /** Has AWS export the session's files when it ends. @returns the folder in S3 */
  exportFiles(address: SessionAddress, reason: string): Promise<string>;
  /** Deletes the records of a player's sessions. @returns how many */
  forget(playerId: string, reason: string): Promise<number>;
  /** Whether new sessions are paused. */
  brake(): Promise<BrakeState>;
  /** Pauses new sessions, or ends the pause with 0 seconds. */
  setBrake(seconds: number, reason: string): Promise<BrakeState>;
}

/** Whether new sessions are paused; the other members are there while they are. */
export interface BrakeState {
  isOn: boolean;
  until?: string | undefined;
  setAt?: string | undefined;
  operator?: string | undefined;
  reason?: string | undefined;
}

/** Longer than API Gateway's own limit of 30 s, so that its error response still arrives. */
const TIMEOUT_MS = 35_000;

const shellSchema = z.object({
  sessionId: z.string().min(1),
  streamUrl: z.string().regex(/^wss?:\/\//),
  tokenValue: z.string().min(1),
  expiresAt: z.iso.datetime(),
});
const exportSchema = z.object({ outputUri: z.string().min(1) });
const erasureSchema = z.object({ deletedRecords: z.number() });
const brakesSchema = z.object({
  starts: z.looseObject({
    isOn: z.boolean(),
    until: z.string().optional(),
    setAt: z.string().optional(),
    operator: z.string().optional(),
    reason: z.string().optional(),
  }),
});
const sessionsSchema = z.object({
  streamSessions: z.array(
    z.looseObject({
      streamGroupId: z.string(),
      streamSessionId: z.string(),
      status: z.string(),
      statusReason: z.string().optional(),
      statusAt: z.string().optional(),
      location: z.string().optional(),
      createdAt: z.string(),
      endsAt: z.string().optional(),
    }),
  ),
});

/**
 * Every version of the API knows the first path. A slash in it may end the segment, even when it is encoded, so an id with a
 * slash goes into the query, for which the API must be as new as this command.
 */
function playerPath(route: 'operator-sessions' | 'operator-forget', playerId: string): string {
  const { path, queryPath } = OPERATOR_ROUTES[route];
  return playerId.includes('/')
    ? `${queryPath}?playerId=${encodeURIComponent(playerId)}`
    : pathWith(path, { playerId });
}

/** A client of the operator API. Every method throws a {@link Failure} whose message can be shown to the operator. */
export function createOperatorApi(api: URL, signer: Signer, whoAmI: () => Promise<string>): OperatorApi {
  const call = async (
    route: OperatorRouteName,
    { path, body, address }: { path?: string; body?: object; address?: SessionAddress } = {},
  ) => {
    const { method, path: pattern } = OPERATOR_ROUTES[route];
    const segments = path ?? pathWith(pattern, { ...address });
    const url = new URL(`${api.pathname.replace(/\/$/, '')}${segments}`, api);
    const response = await signedFetch(signer, {
      method,
      url,
      service: 'execute-api',
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      timeoutMs: TIMEOUT_MS,
    }).catch((error) => {
      if (error?.name === 'CredentialsProviderError' || error?.name === 'TokenProviderError') {
        throw new Failure(
          `No AWS credentials: ${error.message.split('\n')[0].replace(/\.?$/, '')}. Sign in, or name a profile with --profile.`,
          EXIT.refused,
          { cause: error },
        );
      }
      throw new Failure(
        `The operator API at ${api.origin} cannot be reached (${networkReason(error)}): check --api and the network.`,
        EXIT.later,
        { cause: error },
      );
    });
    if (response.status >= 200 && response.status < 300) return response;
    throw await failureOf(response, whoAmI, address);
  };
  const read = <T>(schema: z.ZodType<T>, text: string): T => {
    const value = parseJson(schema, text);
    // The response is not shown: it may hold credentials.
    if (value === undefined) {
      throw new Failure(
        'The operator API answered what this version does not understand: update the CLI to the deployed version.',
        EXIT.failed,
      );
    }
    return value;
  };
  return {
    sessionsOf: async (playerId) => {
      const { text } = await call('operator-sessions', { path: playerPath('operator-sessions', playerId) });
      return read(sessionsSchema, text).streamSessions;
    },
    openShell: async (address, reason) => {
      const { text, headers } = await call('operator-shell', {
        body: { reason },
        address,
      });
      const credentials = read(shellSchema, text);
      if (api.protocol === 'https:' && !credentials.streamUrl.startsWith('wss:')) {
        throw new Failure(
          'The operator API named a stream without encryption, so nothing was sent there: check --api.',
          EXIT.failed,
        );
      }
      // This machine's clock may be wrong, so the response's own date counts, if it has one.
      const answeredAt = Date.parse(headers.get('date') ?? '') || Date.now();
      return { credentials, validMs: Date.parse(credentials.expiresAt) - answeredAt };
    },
    terminate: async (address) => {
      await call('operator-terminate', { address });
    },
    exportFiles: async (address, reason) => {
      const { text } = await call('operator-export', {
        body: { reason },
        address,
      });
      return read(exportSchema, text).outputUri;
    },
    forget: async (playerId, reason) => {
      const path = playerPath('operator-forget', playerId);
      const { text } = await call('operator-forget', { path, body: { reason } });
      return read(erasureSchema, text).deletedRecords;
    },
    brake: async () => read(brakesSchema, (await call('operator-brake-status')).text).starts,
    setBrake: async (seconds, reason) =>
      read(brakesSchema, (await call('operator-brake', { body: { seconds, reason } })).text).starts,
  };
}
