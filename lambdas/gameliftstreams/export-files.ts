import { ExportStreamSessionFilesCommand } from '@aws-sdk/client-gameliftstreams';
import { type CallBudget, call, clientFor } from './calls.ts';

/**
 * ExportStreamSessionFiles. AWS writes the files when the session ends. Repeated after a failure that leaves the outcome open, it
 * names the same place again.
 *
 * @param outputUri a folder in an S3 bucket, which ends with a slash
 * @throws AwsFailure
 */
export async function exportFiles(
  region: string,
  streamGroupId: string,
  streamSessionId: string,
  outputUri: string,
  budget: CallBudget,
): Promise<void> {
  const command = () =>
    new ExportStreamSessionFilesCommand({
      Identifier: streamGroupId,
      StreamSessionIdentifier: streamSessionId,
      OutputUri: outputUri,
    });
  await call((abortSignal) => clientFor(region).send(command(), { abortSignal }), budget);
}
