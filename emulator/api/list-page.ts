import { ServiceError } from '../model/errors.ts';
import { exportOf } from '../sessions/export.ts';
import type { StreamSession } from '../sessions/stream-session.ts';

const DEFAULT_PAGE = 25;

interface ListInput {
  Status?: string;
  ExportFilesStatus?: string;
  MaxResults?: number;
  NextToken?: string;
}

const encodeToken = (after: string, at: number) =>
  Buffer.from(JSON.stringify({ after, at })).toString('base64url');

function decodeToken(token: string, lifetimeSeconds: number, now: number): string {
  try {
    const { after, at } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof after === 'string' && now - at <= lifetimeSeconds * 1000) return after;
  } catch {
    // Not a token of this emulator: refused below, like an expired one.
  }
  throw new ServiceError('ValidationException', 'NextToken is invalid or has expired.');
}

/**
 * One page of a list of sessions.
 * @param sessions the newest first
 * @throws ServiceError ValidationException for an unknown or expired NextToken
 */
export function listPage(
  sessions: readonly StreamSession[],
  input: ListInput,
  { nextTokenSeconds, now }: { nextTokenSeconds: number; now: number },
  summarize: (session: StreamSession) => object,
): object {
  const { Status, ExportFilesStatus } = input;
  const matching = sessions.filter(
    (session) =>
      (Status === undefined || Status === session.life.status) &&
      (ExportFilesStatus === undefined || ExportFilesStatus === exportOf(session)?.Status),
  );
  let start = 0;
  if (input.NextToken !== undefined) {
    const after = decodeToken(input.NextToken, nextTokenSeconds, now);
    // The named session may not match the filter any more: goes on with the sessions that are older than it.
    const index = sessions.findIndex(({ context }) => context.id === after);
    if (index < 0) throw new ServiceError('ValidationException', 'NextToken is invalid or has expired.');
    const older = new Set(sessions.slice(index + 1));
    start = matching.findIndex((session) => older.has(session));
    if (start < 0) start = matching.length;
  }
  const page = matching.slice(start, start + (input.MaxResults ?? DEFAULT_PAGE));
  const last = page.at(-1);
  return {
    Items: page.map(summarize),
    NextToken: last && start + page.length < matching.length ? encodeToken(last.context.id, now) : undefined,
  };
}
