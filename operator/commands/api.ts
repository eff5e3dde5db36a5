import * as z from 'zod';
import { EXIT, Failure } from '../aws/failure.ts';
import { networkReason, type Signer, signedFetch } from '../aws/signed-fetch.ts';
import type { SessionAddress } from './address.ts';
import { failureOf, parse } from './api-failure.ts';

/** What an admin shell is opened with. Secret: whoever has it is in. */
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
  /** When the status was last looked up: nobody asks AWS for a list. */
  statusAt?: string | undefined;
  location?: string | undefined;
  createdAt: string;
  endsAt?: string | undefined;
}

export interface OperatorApi {
  /** A player's stream sessions, the newest first. */
  sessionsOf(playerId: string): Promise<ListedSession[]>;
  /** Credentials, and how many milliseconds they are valid from now on. */
  openShell(
    address: SessionAddress,
    reason: string,
  ): Promise<{ credentials: ShellCredentials; validMs: number }>;
  terminate(address: SessionAddress): Promise<void>;
}

/** Above API Gateway's own 30 s: what it answers by then is better than no answer. */
const TIMEOUT_MS = 35_000;

const shellSchema = z.object({
  sessionId: z.string().min(1),
  streamUrl: z.string().regex(/^wss?:\/\//),
  tokenValue: z.string().min(1),
  expiresAt: z.iso.datetime(),
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
/** The operator API, called by somebody. Every method throws a {@link Failure} that can be shown as it is. */
export function createOperatorApi(api: URL, signer: Signer, whoAmI: () => Promise<string>): OperatorApi {
  const call = async (method: string, path: string, body?: object) => {
    const url = new URL(`${api.pathname.replace(/\/$/, '')}${path}`, api);
    const answer = await signedFetch(signer, {
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
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw await failureOf(answer, whoAmI);
  };
  const read = <T>(schema: z.ZodType<T>, text: string): T => {
    const found = parse(schema, text);
    // What was answered is not shown: it may hold credentials.
    if (found === undefined) {
      throw new Failure(
        'The operator API answered what this version does not understand: update the CLI to the deployed version.',
        EXIT.failed,
      );
    }
    return found;
  };
  const sessionPath = ({ streamGroupId, streamSessionId }: SessionAddress) =>
    `/v1/streamgroups/${streamGroupId}/streamsessions/${streamSessionId}`;

  return {
    sessionsOf: async (playerId) => {
      const { text } = await call('GET', `/v1/players/${encodeURIComponent(playerId)}/streamsessions`);
      return read(sessionsSchema, text).streamSessions;
    },
    openShell: async (address, reason) => {
      const { text, headers } = await call('POST', `${sessionPath(address)}/admin-shells`, { reason });
      const credentials = read(shellSchema, text);
      if (api.protocol === 'https:' && !credentials.streamUrl.startsWith('wss:')) {
        throw new Failure(
          'The operator API named a stream without encryption, so nothing was sent there: check --api.',
          EXIT.failed,
        );
      }
      // By the clock that wrote expiresAt, where it shows itself: this machine's may be wrong.
      const answeredAt = Date.parse(headers.get('date') ?? '') || Date.now();
      return { credentials, validMs: Date.parse(credentials.expiresAt) - answeredAt };
    },
    terminate: async (address) => {
      await call('DELETE', sessionPath(address));
    },
  };
}
