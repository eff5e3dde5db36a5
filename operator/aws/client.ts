import { EXIT, Failure } from '../cli/failure.ts';
import { type Signer, TIMEOUT_MS } from './signed-fetch.ts';

/** How every SDK client here is made: whose credentials, which Region, and how long it waits. */
export const clientConfig = ({ region, credentials, profile, endpoint }: Signer) => ({
  region,
  credentials,
  ...(profile !== undefined && { profile }),
  ...(endpoint !== undefined && { endpoint }),
  requestHandler: { requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true, connectionTimeout: 5000 },
});

/** What the SDK throws for an error response of a service. */
interface ServiceError extends Error {
  $fault?: 'client' | 'server';
  $metadata?: { httpStatusCode?: number };
  $response?: unknown;
}

/** Services name a missing permission in different ways. Some answer 400 with it. */
const isRefusal = ({ name, $metadata }: ServiceError) =>
  $metadata?.httpStatusCode === 403 || /^(AccessDenied|AuthorizationError|Unauthorized)/.test(name);

/**
 * An error response as a Failure. Other errors stay as they are: no credentials, no network.
 * Only the first line of AWS's sentence counts. After a wrong signature, the others quote the request with its session token.
 */
export function asFailure(error: unknown): unknown {
  const failed = error as ServiceError;
  if (failed.$fault === undefined) {
    if (failed.$response === undefined) return error;
    return new Failure('its answer cannot be read', EXIT.failed, { cause: error });
  }
  const { name, message, $metadata } = failed;
  const [sentence = ''] = message.split('\n');
  const code = /^(Unknown|Error$)/.test(name) ? undefined : name;
  const said = sentence === '' || sentence.startsWith('Unknown') ? code : sentence;
  const says = said ?? `it answered ${$metadata?.httpStatusCode}`;
  return new Failure(says, isRefusal(failed) ? EXIT.refused : EXIT.failed, {
    code,
    cause: error,
  });
}

/**
 * Uses an SDK client, and closes it.
 * @throws Failure with AWS's own sentence and code, and `EXIT.refused` if AWS denies access; or whatever credentials and
 * network fail with
 */
export async function withClient<C extends { destroy(): void }, T>(
  client: C,
  use: (client: C) => Promise<T>,
): Promise<T> {
  try {
    return await use(client);
  } catch (error) {
    throw asFailure(error);
  } finally {
    client.destroy();
  }
}

/** Reads every page of a list. */
export async function allPages<P, T>(
  pages: AsyncIterable<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...(itemsOf(page) ?? []));
  return items;
}
