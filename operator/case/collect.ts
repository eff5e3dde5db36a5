import type { AuditEntry } from '../aws/audit.ts';
import type { InsightsResult } from '../aws/insights.ts';
import { failureReason } from '../aws/signed-fetch.ts';
import type { AwsSession } from '../aws/stream-session.ts';
import { type CaseEvent, type LogLine, readLine, sessionOf } from './events.ts';
import { linesWith, MAX_LINES, usableIds, type Wanted } from './query.ts';

/** A session by its ids. */
export interface SessionIds {
  streamGroupId: string;
  streamSessionId: string;
}

/** A session as the table knows it. */
export interface KnownSession extends SessionIds {
  status: string;
  statusReason?: string | undefined;
  /** ISO 8601. */
  statusAt?: string | undefined;
  createdAt: string;
}

/** Where a case is collected from. Each may fail: the case then says what is missing. */
export interface CaseSources {
  /** The lines of all log groups that a query finds. @param maxBytes when to stop scanning */
  findLines(query: string, maxBytes: number): Promise<InsightsResult>;
  /** A player's sessions by the operator API. */
  knownSessions(playerId: string): Promise<KnownSession[]>;
  /** A session at AWS; undefined if AWS knows none. */
  sessionAtAws(session: SessionIds): Promise<AwsSession | undefined>;
  /** The audit of a partition. */
  audit(key: string): Promise<AuditEntry[]>;
  /** Epoch milliseconds. */
  now(): number;
}

/** What was asked for. */
export interface CaseRequest {
  /** API Gateway's id of one request. */
  request?: string | undefined;
  /** The names of one player: the id in AWS, and the pseudonym in the logs. */
  players: readonly string[];
  /** In bytes, for all queries together. */
  maxBytes: number;
}

/** A case, joined. */
export interface Case {
  /** The player's names, as far as anything was found under them; always the one that was asked for. */
  players: string[];
  /** As `STREAM_GROUP/STREAM_SESSION`. */
  sessions: string[];
  /** The oldest first. */
  events: CaseEvent[];
  scanned: { queries: number; bytes: number; records: number };
  /** What is not in the case, or may not be, and why. */
  missing: string[];
}

/** AWS and the audit are asked about this many sessions, the newest. */
const MAX_SESSIONS = 5;

/**
 * Joins what logs, table, AWS and audit have of one request or one player. Logs Insights is asked at most three times: for the
 * request, for its player, and for everything else about the requests and sessions of that player.
 */
export async function collectCase(request: CaseRequest, sources: CaseSources): Promise<Case> {
  const scanned = { queries: 0, bytes: 0, records: 0 };
  const missing: string[] = [];
  const lines = new Map<string, LogLine>();
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      missing.push(`${what} (${failureReason(error)})`);
      return undefined;
    }
  };

  async function look(what: string, wanted: Wanted): Promise<void> {
    const made = linesWith(wanted);
    if (made === undefined) return;
    if (made.left > 0) missing.push(`${what}: ${made.left} ids did not fit into one query`);
    const left = request.maxBytes - scanned.bytes;
    if (left <= 0) {
      missing.push(`${what}: not searched: --max-scan was reached`);
      return;
    }
    const found = await attempt(what, () => sources.findLines(made.query, left));
    if (found === undefined) return;
    scanned.queries += 1;
    scanned.bytes += found.bytes;
    scanned.records += found.records;
    if (found.cutShort === 'bytes') missing.push(`${what}: --max-scan was reached, there may be more`);
    if (found.cutShort === 'time') missing.push(`${what}: the query took too long, there may be more`);
    if (found.rows.length >= MAX_LINES) missing.push(`${what}: only the first ${MAX_LINES} lines`);
    for (const row of found.rows) {
      const message = row['@message'] ?? '';
      // Insights shows times in UTC without saying so.
      const at = Date.parse(`${row['@timestamp']?.replace(' ', 'T')}Z`);
      lines.set(`${row['@log']} ${row['@timestamp']} ${message}`, readLine(message, at));
    }
  }
  const idsOf = (name: 'requestId' | 'invocationId' | 'playerId' | 'streamSessionId') =>
    usableIds([...lines.values()].map((line) => line[name]));

  const { request: asked } = request;
  if (asked !== undefined) {
    await look('the request', { requestId: [asked], function_request_id: [asked], '@requestId': [asked] });
  }
  const players = usableIds([...request.players, ...idsOf('playerId')]);
  await look("the player's requests", { playerId: players });

  const known = new Map<string, SessionIds>();
  for (const line of lines.values()) rememberSession(known, line);
  const events: CaseEvent[] = [];
  // Newer sessions last, so that the newest ones are asked about.
  for (const playerId of players) {
    const sessions = (await attempt('the table', () => sources.knownSessions(playerId))) ?? [];
    for (const session of sessions.toReversed()) {
      rememberSession(known, session);
      events.push(tableEvent(session));
    }
  }
  await look('the rest about these requests and sessions', {
    requestId: idsOf('requestId').toReversed(),
    '@requestId': idsOf('invocationId').toReversed(),
    streamSessionId: [...known.values()].map(({ streamSessionId }) => streamSessionId).toReversed(),
  });

  const newest = [...known].slice(-MAX_SESSIONS);
  if (known.size > newest.length) {
    missing.push(`AWS and audit: only the newest ${MAX_SESSIONS} of ${known.size} sessions`);
  }
  for (const [name, session] of newest) {
    const seen = await attempt(`AWS about ${name}`, () => sources.sessionAtAws(session));
    events.push(...awsEvents(name, seen, sources.now()));
    events.push(
      ...((await attempt(`the audit of ${name}`, () => sources.audit(name))) ?? []).map(auditEvent),
    );
  }
  for (const playerId of players) {
    const records = await attempt('the audit of the player', () => sources.audit(`PLAYER#${playerId}`));
    events.push(...(records ?? []).map(auditEvent));
  }
  events.push(...[...lines.values()].flatMap((line) => eventFor(line, players)));
  const seen = idsOf('playerId');
  return {
    players: players.filter((name, at) => seen.includes(name) || (at === 0 && asked === undefined)),
    sessions: [...known.keys()],
    events: events.toSorted((a, b) => a.at - b.at),
    scanned,
    missing: [...new Set(missing)],
  };
}

function rememberSession(
  known: Map<string, SessionIds>,
  { streamGroupId, streamSessionId }: Pick<LogLine, 'streamGroupId' | 'streamSessionId'>,
) {
  const [group, id] = [usableIds([streamGroupId])[0], usableIds([streamSessionId])[0]];
  if (group === undefined || id === undefined) return;
  const name = `${group}/${id}`;
  known.delete(name);
  known.set(name, { streamGroupId: group, streamSessionId: id });
}

/**
 * The event of a line. A page may report about any session, so a report counts only if it is the player's own. Other players' requests
 * for a session of the case belong to it, and are marked.
 */
function eventFor({ event, playerId }: LogLine, players: readonly string[]): CaseEvent[] {
  if (event === undefined) return [];
  const isOther = playerId !== undefined && players.length > 0 && !players.includes(playerId);
  if (!isOther) return [event];
  return event.source === 'page' ? [] : [{ ...event, says: `${event.says} (another player: ${playerId})` }];
}

const withReason = (status: string, reason: string | undefined) =>
  reason === undefined ? status : `${status} (${reason})`;

function tableEvent(session: KnownSession): CaseEvent {
  const { status, statusReason, statusAt, createdAt } = session;
  return {
    at: Date.parse(statusAt ?? createdAt),
    source: 'table',
    says: `the session was last seen as ${withReason(status, statusReason)}`,
    session: sessionOf(session),
  };
}

function awsEvents(session: string, seen: AwsSession | undefined, now: number): CaseEvent[] {
  const event = (at: number, says: string): CaseEvent => ({ at, source: 'AWS', says, session });
  if (seen === undefined) return [event(now, 'AWS does not return the session')];
  const { status, statusReason, location, createdAt, lastUpdatedAt, exportStatus, exportUri } = seen;
  const since =
    lastUpdatedAt === undefined ? '' : `, last changed at ${new Date(lastUpdatedAt).toISOString()}`;
  return [
    ...(createdAt === undefined
      ? []
      : [event(createdAt, `the session began${location === undefined ? '' : ` in ${location}`}`)]),
    event(now, `the session is ${withReason(status, statusReason)} now${since}`),
    ...(exportStatus === undefined ? [] : [event(now, `its files: ${exportStatus} to ${exportUri ?? '?'}`)]),
  ];
}

function auditEvent({ at, action, outcome, operator, reason, requestId, ...session }: AuditEntry): CaseEvent {
  const why = reason === undefined ? '' : `: ${reason}`;
  return {
    at: Date.parse(at),
    source: 'audit',
    says: `${operator} used ${action}, ${outcome}${why}`,
    requestId,
    session: sessionOf(session),
  };
}
