import { fromStored, SESSION_ATTRIBUTES, toStored } from '../dynamodb/stored-names.ts';
import type { Key, Table, Update } from '../dynamodb/table.ts';
import { isOver } from '../gameliftstreams/stream-session-status.ts';
import { latestNextFreeAt, type RateLimit } from '../limits/rate-limit.ts';
import type { Lease } from './lease.ts';
import { finalStatus, type SessionRecord, sessionLengthEnd } from './stream-session.ts';

/** Attributes a write may set or, given as null, remove. */
export type SessionChanges = { [Name in keyof SessionRecord]?: SessionRecord[Name] | null };

const PREFIX = 'SESSION#';
/** A record outlives its session by this, so that a late request still gets the reason of its end. */
const KEPT_AFTER_END_MS = 3_600_000;

/** Which session of which player. */
export interface SessionKey {
  playerId: string;
  streamGroupId: string;
  streamSessionId: string;
}

/** A player's sessions in the table: keyed by player first, so somebody else's is the same miss as an unknown one. */
export interface SessionTable {
  read(key: SessionKey): Promise<SessionRecord | undefined>;
  list(playerId: string): Promise<SessionRecord[]>;
  /** Adds a session; one that is there already stays as it is. */
  add(record: SessionRecord): Promise<void>;
  /**
   * Takes the lease in one conditional write that is at once the ownership check, the read and the player's
   * rate limit. Null, with nothing written, when the session is not the player's, a lease lives, the rate limit is
   * reached or this very request has its answer already: only then is a read needed, to say which.
   */
  acquireLease(
    key: SessionKey,
    lease: Lease,
    rateLimit: RateLimit,
    now: number,
  ): Promise<SessionRecord | null>;
  /** Writes the request's outcome and gives the lease back; false, with nothing written, where the lease is lost. */
  releaseLease(key: SessionKey, leaseId: string, changes: SessionChanges): Promise<boolean>;
  /** Reserves the next status lookup for the caller; null where another was made, or is under way, since `since`. */
  reserveLookup(key: SessionKey, now: number, since: number): Promise<SessionRecord | null>;
  /**
   * Writes a newly seen status unless a newer one is there; the record after it, or null. An end that is not in the record yet is
   * written in any case: a function whose clock is behind must not keep it out.
   */
  writeStatus(key: SessionKey, seen: SessionChanges & { statusAt: number }): Promise<SessionRecord | null>;
}

export function sessionTable(table: Table): SessionTable {
  return {
    async read(key) {
      return toRecord(await table.get(tableKey(key)));
    },
    async list(playerId) {
      const items = await table.query(playerId, PREFIX);
      return items.map((item) => toRecord(item)).filter((record) => record !== undefined);
    },
    async add(record) {
      const { playerId, ...attributes } = record;
      const ttl = Math.ceil((sessionLengthEnd(record) + KEPT_AFTER_END_MS) / 1000);
      await table.putNew({ ...tableKey(record), ...toStored(attributes, SESSION_ATTRIBUTES), ttl });
    },
    async acquireLease(key, lease, rateLimit, now) {
      const item = await table.update(tableKey(key), {
        // Right-hand sides are the item before the update: the lease of a function that died joins the abandoned
        // ones. A lease is a list of one, since only lists can be joined.
        update:
          'SET #abandoned = list_append(if_not_exists(#abandoned, :none), if_not_exists(#lease, :none)), #lease = :lease',
        condition:
          'attribute_exists(pk) AND (attribute_not_exists(#lease) OR #lease[0].#until <= :now)' +
          ' AND (attribute_not_exists(#nextFreeAt) OR #nextFreeAt <= :latest)' +
          ' AND (attribute_not_exists(#answer) OR #connected <> :request OR #answerUntil <= :now)',
        names: {
          '#abandoned': SESSION_ATTRIBUTES.abandonedLeases,
          '#lease': 'lease',
          '#until': 'until',
          '#nextFreeAt': SESSION_ATTRIBUTES.nextFreeAt,
          '#answer': 'answer',
          '#connected': 'connectedRequest',
          '#answerUntil': 'answerUntil',
        },
        values: {
          ':none': [],
          ':lease': [lease],
          ':now': now,
          ':latest': latestNextFreeAt(rateLimit, now),
          ':request': lease.request,
        },
      });
      return toRecord(item ?? undefined) ?? null;
    },
    async releaseLease(key, leaseId, changes) {
      const { update, names, values } = storedUpdate({
        ...withEnd(changes),
        lease: null,
        abandonedLeases: null,
      });
      const item = await table.update(tableKey(key), {
        update,
        condition: '#lease[0].#id = :leaseId',
        names: { ...names, '#id': 'id' },
        values: { ...values, ':leaseId': leaseId },
        blind: true,
      });
      return item !== null;
    },
    async reserveLookup(key, now, since) {
      const item = await table.update(tableKey(key), {
        update: 'SET #lookedUpAt = :now',
        condition:
          'attribute_exists(pk) AND #statusAt <= :since AND (attribute_not_exists(#lookedUpAt) OR #lookedUpAt <= :since)',
        names: { '#lookedUpAt': SESSION_ATTRIBUTES.lookedUpAt, '#statusAt': 'statusAt' },
        values: { ':now': now, ':since': since },
      });
      return toRecord(item ?? undefined) ?? null;
    },
    async writeStatus(key, seen) {
      const changes = withEnd(seen);
      const { update, names, values } = storedUpdate(changes);
      const isEnd = changes.endedAt !== undefined;
      const item = await table.update(tableKey(key), {
        update,
        condition: `attribute_exists(pk) AND (#statusAt <= :statusAt${isEnd ? ' OR attribute_not_exists(#endedAt)' : ''})`,
        names: { ...names, '#statusAt': 'statusAt' },
        values: { ...values, ':statusAt': seen.statusAt },
      });
      return toRecord(item ?? undefined) ?? null;
    },
  };
}

/** An end is kept beside the status, which a slower function may still write over. */
function withEnd(changes: SessionChanges): SessionChanges {
  const { status, statusAt } = changes;
  return { ...changes, ...(status && isOver(status) && statusAt ? { endedAt: statusAt } : {}) };
}

function tableKey({ playerId, streamGroupId, streamSessionId }: SessionKey): Key {
  return { pk: playerId, sk: `${PREFIX}${streamGroupId}#${streamSessionId}` };
}

/** The update of an item for changes of its record. */
function storedUpdate(changes: SessionChanges): ReturnType<typeof updateExpression> {
  return updateExpression(toStored(changes, SESSION_ATTRIBUTES));
}

/** SET and REMOVE for a set of changes: null removes, undefined leaves alone. */
export function updateExpression(changes: object): Required<Omit<Update, 'condition' | 'blind'>> {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    names[`#${name}`] = name;
    if (value === null) {
      removes.push(`#${name}`);
    } else {
      values[`:${name}`] = value;
      sets.push(`#${name} = :${name}`);
    }
  }
  const clauses = [
    sets.length > 0 ? `SET ${sets.join(', ')}` : '',
    removes.length > 0 ? `REMOVE ${removes.join(', ')}` : '',
  ];
  return { update: clauses.filter((clause) => clause !== '').join(' '), names, values };
}

function toRecord(item: Record<string, unknown> | undefined): SessionRecord | undefined {
  if (item?.streamSessionId === undefined) return undefined;
  const { pk, sk, ttl, lookedUpAt, lease, abandonedLeases, ...members } = fromStored(
    item,
    SESSION_ATTRIBUTES,
  );
  const [held] = (lease ?? []) as Lease[];
  return finalStatus({
    ...members,
    playerId: pk,
    ...(held ? { lease: held } : {}),
    ...(Array.isArray(abandonedLeases) && abandonedLeases.length > 0 ? { abandonedLeases } : {}),
  } as unknown as SessionRecord);
}
