import { ServiceError } from '../model/errors.ts';
import { isFinished } from '../model/lifecycle.ts';
import type { Settings } from '../model/settings.ts';
import type { StreamSession } from './stream-session.ts';

/** ExportFilesMetadata of the API model. */
interface ExportFilesMetadata {
  Status: 'SUCCEEDED' | 'FAILED' | 'PENDING';
  StatusReason?: string;
  OutputUri: string;
}

/** Source: API reference, ExportStreamSessionFiles. */
const IN_PROGRESS = ['ACTIVE', 'CONNECTED', 'PENDING_CLIENT_RECONNECTION', 'RECONNECTING'];

/** The bucket and key of an `OutputUri`, as an ARN of S3. AWS makes the name of an archive in a folder. */
export const exportedObjectArn = (outputUri: string): string =>
  `arn:aws:s3:::${outputUri.replace(/^s3:\/\//, '').replace(/\/$/, '/export.zip')}`;

/**
 * Remembers where the session's files go at its end.
 * @throws ServiceError the error chosen for a session that is not in progress, or that has an export
 */
export function requestExport(session: StreamSession, outputUri: string, settings: Settings): void {
  const { id } = session.context;
  if (!IN_PROGRESS.includes(session.life.status)) {
    throw new ServiceError(
      settings.exportWhenNotInProgress,
      `Stream session ${id} is ${session.life.status}: its files cannot be exported.`,
    );
  }
  if (session.exportUri === undefined || settings.repeatedExport === 'replace') {
    session.exportUri = outputUri;
  } else if (settings.repeatedExport !== 'keep') {
    throw new ServiceError(settings.repeatedExport, `Stream session ${id} has an export already.`);
  }
}

/** What GetStreamSession tells of the export; undefined: there is none. Nothing is written anywhere. */
export function exportOf({
  exportUri,
  life,
  context,
}: Pick<StreamSession, 'exportUri' | 'life' | 'context'>): ExportFilesMetadata | undefined {
  if (exportUri === undefined) return undefined;
  const { exportSeconds, exportResult } = context.settings();
  if (!isFinished(life) || context.clock.now() - life.lastUpdatedAt < exportSeconds * 1000) {
    return { Status: 'PENDING', OutputUri: exportUri };
  }
  return {
    Status: exportResult,
    ...(exportResult === 'FAILED' && { StatusReason: 'The bucket did not accept the files.' }),
    OutputUri: exportUri,
  };
}
