import { GameLiftStreamsClient, GetStreamSessionCommand } from '@aws-sdk/client-gameliftstreams';
import { Failure } from '../cli/failure.ts';
import { clientConfig, withClient } from './client.ts';
import type { Signer } from './signed-fetch.ts';

/** What AWS says of a stream session, without offers and answers. Times are epoch milliseconds. */
export interface AwsSession {
  status: string;
  statusReason?: string | undefined;
  location?: string | undefined;
  createdAt?: number | undefined;
  lastUpdatedAt?: number | undefined;
  /** The result of an export, if there was one. */
  exportStatus?: string | undefined;
  exportUri?: string | undefined;
}

/**
 * Looks a stream session up.
 * @returns undefined if AWS knows none
 * @throws Failure with AWS's own sentence, or whatever credentials and network fail with
 */
export async function findStreamSession(
  signer: Signer,
  { streamGroupId, streamSessionId }: { streamGroupId: string; streamSessionId: string },
): Promise<AwsSession | undefined> {
  try {
    const found = await withClient(new GameLiftStreamsClient(clientConfig(signer)), (client) =>
      client.send(
        new GetStreamSessionCommand({ Identifier: streamGroupId, StreamSessionIdentifier: streamSessionId }),
      ),
    );
    return {
      status: found.Status ?? 'UNKNOWN',
      statusReason: found.StatusReason,
      location: found.Location,
      createdAt: found.CreatedAt?.getTime(),
      lastUpdatedAt: found.LastUpdatedAt?.getTime(),
      exportStatus: found.ExportFilesMetadata?.Status,
      exportUri: found.ExportFilesMetadata?.OutputUri,
    };
  } catch (error) {
    if (error instanceof Failure && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
