import { tableLookupLimiter } from '../../../lambdas/admission/lookup-limiter.ts';
import { tableAdmissionQueue } from '../../../lambdas/admission/queue-table.ts';
import type { Key, Table } from '../../../lambdas/dynamodb/table.ts';
import type { AwsStreamSession } from '../../../lambdas/gameliftstreams/calls.ts';
import { tableImportLimiter } from '../../../lambdas/limits/import-limiter.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { status } from '../../../lambdas/routes/status/status.ts';
import { importSession } from '../../../lambdas/sessions/import-session.ts';
import { code, type FakeAws, reconnectWith, refusal, startRequest } from '../broker.ts';
import { startWith } from '../start-broker.ts';

/** One item as the table holds it; bytes as `{ bytes }` in base64, sets as `{ set }`. */
export type StoredItem = Record<string, unknown> & { pk: string; sk: string };

const REGION = 'us-west-2';
const BEGIN = 1_800_000_000_000;

/**
 * Runs every flow that writes to the table, with time, chance and ids that are always the same.
 * @returns every item that was written, as the table holds it in the end
 */
export async function itemsOfAllFlows(table: Table): Promise<StoredItem[]> {
  const { written, read } = recording(table);
  await starts(written);
  await reconnects(written);
  await polls(written);
  await queues(written);
  return read();
}

/** A table that remembers which items were written. */
function recording(table: Table) {
  const keys = new Map<string, Key>();
  const remember = ({ pk, sk }: Key) => keys.set(`${pk} ${sk}`, { pk, sk });
  const written: Table = {
    ...table,
    putOrFind(item) {
      remember(item);
      return table.putOrFind(item);
    },
    update(key, update) {
      remember(key);
      return table.update(key, update);
    },
    updateOrFind(key, update) {
      remember(key);
      return table.updateOrFind(key, update);
    },
  };
  async function read(): Promise<StoredItem[]> {
    const items: StoredItem[] = [];
    for (const name of [...keys.keys()].sort()) {
      const item = await table.get(keys.get(name) as Key);
      if (item) items.push(JSON.parse(JSON.stringify(item, readable)));
    }
    return items;
  }
  return { written, read };
}

function readable(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  return value instanceof Set ? { set: [...value].sort() } : value;
}

/** What each request needs, over a table: AWS as the flow wants it, ids that count. */
function brokerOver(table: Table) {
  const aws: FakeAws = { connect: async () => 'answer', seen: undefined, tokens: [] };
  const { deps, clock } = reconnectWith(table, aws);
  let ids = 0;
  const queue = tableAdmissionQueue(
    table,
    { operation: 'CreateStreamSessionConnection', region: REGION, quota: 20 },
    { now: () => clock.now, random: () => 0 },
  );
  return {
    aws,
    clock,
    queue,
    deps: { ...deps, newId: () => `id-${ids++}`, admissionQueue: () => queue },
  };
}

async function starts(table: Table): Promise<void> {
  const { clock, deps } = brokerOver(table);
  let begins: () => Promise<string> = () => Promise.reject(refusal('quota'));
  const startQueue = tableAdmissionQueue(
    table,
    { operation: 'StartStreamSession', region: REGION, quota: 5 },
    { now: () => clock.now, random: () => 0 },
  );
  const starting = startWith(table, clock, () => begins(), {
    newId: deps.newId,
    admissionQueue: () => startQueue,
  });
  const begin = (playerId: string, offer: string, key?: string) =>
    code(
      start(
        { ...startRequest({ playerId, signalRequest: offer, key }), endsBy: clock.now + 15_000 },
        starting,
      ),
    );
  await begin('start-refused', 'offer-1', 'key-1');
  begins = () => Promise.reject(refusal('timeout'));
  await begin('start-unknown', 'offer-1');
  begins = () => Promise.reject(new Error('killed'));
  await begin('start-killed', 'offer-1', 'key-1').catch(() => {});
  begins = async () => 'session-1';
  await begin('started', 'offer-1', 'key-1');
  begins = async () => 'session-2';
  await begin('start-after-start', 'offer-1', 'key-1');
  clock.now += 2000;
  const dead = { ...starting, lookUpStatus: async () => ({ status: 'TERMINATED' as const }) };
  const again = startRequest({ playerId: 'start-after-start', signalRequest: 'offer-2', key: 'key-2' });
  begins = async () => 'session-3';
  await code(start({ ...again, endsBy: clock.now + 15_000 }, dead));
  begins = () => Promise.reject(refusal('throttled'));
  for (const player of ['start-paced-1', 'start-paced-2', 'start-paced-3', 'start-paced-4']) {
    await begin(player, 'offer-1');
  }
}

async function reconnects(table: Table): Promise<void> {
  const { aws, clock, deps } = brokerOver(table);
  const sessionOf = async (playerId: string) => {
    const key = { playerId, streamGroupId: 'sg-1', streamSessionId: `session-of-${playerId}` };
    await deps.sessions.add({
      ...key,
      createdAt: BEGIN - 60_000,
      connectionTimeoutSeconds: 120,
      sessionLengthSeconds: 3600,
      status: 'CONNECTED',
      statusAt: BEGIN - 60_000,
      statusSince: BEGIN - 60_000,
    });
    return key;
  };
  const ask = async (playerId: string, offer: string, previousConnectionId?: string, silentMs?: number) => {
    const key = { playerId, streamGroupId: 'sg-1', streamSessionId: `session-of-${playerId}` };
    const request = {
      ...key,
      signalRequest: offer,
      key: `key-of-${offer}`,
      previousConnectionId,
      silentMs,
      noticedInMs: 0,
      endsBy: clock.now + 10_000,
      metrics: newRequestMetrics(),
    };
    return reconnect(request, deps);
  };
  for (const player of [
    'connected',
    'unstable',
    'refused',
    'lost',
    'unknown',
    'killed',
    'recovered',
    'paced',
    'ended',
  ]) {
    await sessionOf(player);
  }
  await ask('connected', 'offer-1');
  const { connectionId } = JSON.parse((await ask('unstable', 'offer-1')).body);
  clock.now += 2000;
  await ask('unstable', 'offer-2', connectionId, 1500);

  aws.connect = () => Promise.reject(refusal('conflict'));
  aws.seen = { status: 'CONNECTED' };
  await code(ask('refused', 'offer-1', undefined, 2000));
  aws.seen = { status: 'TERMINATED', statusReason: 'reconnectionTimeout' };
  await code(ask('ended', 'offer-1', undefined, 2000));
  aws.connect = () => Promise.reject(refusal('quota'));
  await code(ask('lost', 'offer-1', undefined, 2000));
  aws.connect = () => Promise.reject(refusal('timeout'));
  await code(ask('unknown', 'offer-1'));
  aws.connect = () => Promise.reject(new Error('killed'));
  await ask('killed', 'offer-1').catch(() => {});
  await ask('recovered', 'offer-1').catch(() => {});
  clock.now += 12_000;
  await ask('killed', 'offer-2').catch(() => {});
  aws.connect = async () => 'answer';
  await ask('recovered', 'offer-2');
  aws.connect = () => Promise.reject(refusal('throttled'));
  for (const player of ['paced', 'refused', 'lost', 'unknown']) await code(ask(player, 'offer-2'));
}

async function polls(table: Table): Promise<void> {
  const { clock, deps } = brokerOver(table);
  const limiter = tableLookupLimiter(table, { region: REGION, quota: 20 }, () => clock.now);
  const lookupLimiterIn = () => limiter;
  let seen: Partial<AwsStreamSession> = { status: 'ACTIVE', userId: 'imported', location: 'us-west-2' };
  const getStreamSession = async () => seen as AwsStreamSession;
  const key = { playerId: 'imported', streamGroupId: 'sg-1', streamSessionId: 'session-4' };
  const importing = {
    ...deps,
    lookupLimiterIn,
    getStreamSession,
    importLimiter: tableImportLimiter(table),
    settings: {
      adoption: { enabled: true, quotaShare: 0.25 },
      limits: { missesPerMinute: 10 },
      quotas: { GetStreamSession: 20 },
      streamGroups: [
        { id: 'sg-1', region: REGION, connectionTimeoutSeconds: 120, sessionLengthSeconds: 3600 },
      ],
    } as never,
  };
  await importSession(key, clock.now + 5000, newRequestMetrics(), importing);
  clock.now += 2000;
  seen = { status: 'PENDING_CLIENT_RECONNECTION', statusReason: 'why', lastUpdatedAt: clock.now - 500 };
  const polling = { ...deps, lookupLimiterIn, getStreamSession };
  await status(key, REGION, { endsBy: clock.now + 6000, metrics: newRequestMetrics() }, polling);
  await limiter.slowDown();
}

async function queues(table: Table): Promise<void> {
  const { clock } = brokerOver(table);
  clock.now += 3_600_000;
  const queue = tableAdmissionQueue(
    table,
    { operation: 'CreateStreamSessionConnection', region: 'eu-central-1', quota: 20 },
    { now: () => clock.now, random: () => 0 },
  );
  const arrival = { end: clock.now + 120_000 };
  await queue.readmit(arrival, false);
  await queue.admit(arrival);
  for (let call = 0; call < 60; call++) {
    clock.now += 50;
    await queue.countCall({ taken: call % 4 > 0, spare: call % 5 === 0 });
    await queue.readmit(arrival, true);
  }
}
