import { fromStored, SESSION_ATTRIBUTES, toStored } from '../dynamodb/stored-names.ts';
import type { Key, Table, Update, WriteOutcome } from '../dynamodb/table.ts';
import { updateExpression } from '../dynamodb/update-expression.ts';
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

/** What came of a conditional write, with the record as {@link WriteOutcome} has the item. */
export type RecordOutcome = WriteOutcome<SessionRecord>;

/** A player's sessions in the table: keyed by player first, so somebody else's is the same miss as an unknown one. */
export interface SessionTable {
  read(key: SessionKey): Promise<SessionRecord | undefined>;
  list(playerId: string): Promise<SessionRecord[]>;
  /** Adds a session; one that is there already stays as it is. The session that is there then. */
  add(record: SessionRecord): Promise<SessionRecord | undefined>;
  /**
   * Takes the lease in one conditional write that is at once the ownership check, the read and the player's
   * rate limit. Nothing is written when the session is not the player's, a lease lives, the rate limit is
   * reached or this very request has its answer already: the record says which, and where there is none, a read.
   */
  acquireLease(key: SessionKey, lease: Lease, rateLimit: RateLimit, now: number): Promise<RecordOutcome>;
  /** Writes the request's outcome and gives the lease back. Nothing is written where the lease is lost. No record after the write. */
  releaseLease(key: SessionKey, leaseId: string, changes: SessionChanges): Promise<RecordOutcome>;
  /** Reserves the next status lookup for the caller; null where another was made, or is under way, since `since`. */
  reserveLookup(key: SessionKey, now: number, since: number): Promise<SessionRecord | null>;
  /**
   * Writes a newly seen status unless a newer one is there. An end that is not in the record yet is written in any case: a
   * function whose clock is behind must not keep it out.
   */
  writeStatus(key: SessionKey, seen: SeenStatus): Promise<void>;
  /** The same, and returns the record that is there then. */
  refreshStatus(key: SessionKey, seen: SeenStatus): Promise<SessionRecord | undefined>;
  /** Deletes a record. Nothing but {@link SessionTable.add} makes one, so no late write brings it back. */
  remove(key: SessionKey): Promise<void>;
}

type SeenStatus = SessionChanges & { statusAt: number };

export function sessionTable(table: Table): SessionTable {
  const read = async (key: SessionKey) => toRecord(await table.get(tableKey(key)));
  return {
    read,
    async list(playerId) {
      const items = await table.query(playerId, PREFIX);
      return items.map((item) => toRecord(item)).filter((record) => record !== undefined);
    },
    async add(record) {
      const { playerId, ...attributes } = record;
      const ttl = Math.ceil((sessionLengthEnd(record) + KEPT_AFTER_END_MS) / 1000);
      const item = { ...tableKey(record), ...toStored(attributes, SESSION_ATTRIBUTES), ttl };
      const outcome = await table.putOrFind(item);
      return outcome.written ? record : toRecord(outcome.item);
    },
    async acquireLease(key, lease, rateLimit, now) {
      const outcome = await table.updateOrFind(tableKey(key), {
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
      return toRecords(outcome);
    },
    async releaseLease(key, leaseId, changes) {
      const { update, names, values } = storedUpdate({
        ...withEnd(changes),
        lease: null,
        abandonedLeases: null,
      });
      const outcome = await table.updateOrFind(tableKey(key), {
        update,
        condition: '#lease[0].#id = :leaseId',
        names: { ...names, '#id': 'id' },
        values: { ...values, ':leaseId': leaseId },
        blind: true,
      });
      return toRecords(outcome);
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
      await table.update(tableKey(key), { ...statusUpdate(seen), blind: true });
    },
    async refreshStatus(key, seen) {
      const { item } = await table.updateOrFind(tableKey(key), statusUpdate(seen));
      return toRecord(item) ?? read(key);
    },
    remove: (key) => table.remove(tableKey(key)),
  };
}

/** Holds while AWS cannot have accepted another offer than the start's, which is the first used one. */
const NEVER_RECONNECTED = {
  condition:
    ' AND attribute_not_exists(#lease) AND attribute_not_exists(#abandoned)' +
    ' AND attribute_not_exists(#usedOffers[1]) AND attribute_not_exists(#connected)',
  names: {
    '#lease': 'lease',
    '#abandoned': SESSION_ATTRIBUTES.abandonedLeases,
    '#usedOffers': SESSION_ATTRIBUTES.usedOffers,
    '#connected': 'connectedRequest',
  },
};

function statusUpdate(seen: SeenStatus): Update {
  const changes = withEnd(seen);
  const { update, names, values } = storedUpdate(changes);
  const isEnd = changes.endedAt !== undefined;
  // AWS was asked before this write. A reconnect that has begun meanwhile may have got the answer that AWS showed.
  const unlessReconnected = changes.startResponse === undefined ? undefined : NEVER_RECONNECTED;
  const newer = `(#statusAt <= :statusAt${isEnd ? ' OR attribute_not_exists(#endedAt)' : ''})`;
  return {
    update,
    condition: `attribute_exists(pk) AND ${newer}${unlessReconnected?.condition ?? ''}`,
    names: { ...names, ...unlessReconnected?.names, '#statusAt': 'statusAt' },
    values: { ...values, ':statusAt': seen.statusAt },
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

function toRecords({ written, item }: WriteOutcome): RecordOutcome {
  return { written, item: toRecord(item) };
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
