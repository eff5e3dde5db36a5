/** What a request costs the table whose write is refused: with the item in the refusal, and with a read that follows it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from '../broker/broker.ts';
import { type Answer, reconnectEvent } from '../broker/event.ts';
import type { Exchange } from '../broker/relay.ts';
import { longOffer } from '../broker/sdp.ts';
import { type Units, unitCounter } from './capacity.ts';
import { PRICES } from './prices.ts';

/** Of one request: the table's calls and their units. */
export interface RefusedWrite extends Units {
  requests: number;
}

/** Of a kind of request, from a table that returns the item of a failed condition and from one that does not. */
export interface RefusedWrites {
  withItem: RefusedWrite;
  withRead: RefusedWrite;
}

export interface RefusedWritesMeasurement {
  /** An answered request, repeated. */
  replay: RefusedWrites;
  /** A request while another one is under way. */
  conflict: RefusedWrites;
}

export async function measureRefusedWrites(
  broker: Broker,
  stop: AbortSignal,
): Promise<RefusedWritesMeasurement> {
  const countUnits = unitCounter(broker.readItem);
  const pool = broker.pool({ workers: 2 });
  const send = async (event: object): Promise<Answer> => {
    stop.throwIfAborted();
    const result = await pool.invoke(broker.fn.logicalId, event);
    if (!result.ok) throw new Error(`The reconnect function failed: ${result.errorMessage}`);
    return JSON.parse(result.payload) as Answer;
  };
  /** A refused write and the read after it, from what both requests asked of the table. */
  const costOf = async (exchanges: readonly Exchange[]): Promise<RefusedWrite> => {
    const caused = exchanges.filter(
      ({ status, request }) => status === 400 || JSON.parse(request).ConsistentRead === true,
    );
    return { requests: caused.length, ...(await countUnits(caused)) };
  };
  /** The exchanges until the lease is taken. */
  const untilLeased = async () => {
    const seen: Exchange[] = [];
    while (!seen.some(({ target }) => target?.endsWith('.UpdateItem'))) {
      await delay(5, undefined, { signal: stop });
      seen.push(...broker.table.take());
    }
    return seen;
  };

  const measured = async () => {
    const [session] = await broker.begin(1);
    if (!session) throw new Error('No session was started.');
    const [event, other] = [0, 1].map(() => reconnectEvent(broker.streamGroupId, session, longOffer()));
    if (!event || !other) throw new Error('No request was made.');
    broker.table.take();
    const release = broker.hold();
    const first = send(event);
    // The first one's own units are known to the counter, and not to the cost.
    await countUnits(await untilLeased());
    const refused = await send(other).finally(release);
    expectStatus(refused, 409);
    const conflict = await costOf(broker.table.take());
    expectStatus(await first, 201);
    await countUnits(broker.table.take());
    expectStatus(await send(event), 201);
    const replay = await costOf(broker.table.take());
    return { replay, conflict };
  };
  try {
    broker.returnItems(true);
    const withItem = await measured();
    broker.returnItems(false);
    const withRead = await measured();
    return {
      replay: { withItem: withItem.replay, withRead: withRead.replay },
      conflict: { withItem: withItem.conflict, withRead: withRead.conflict },
    };
  } finally {
    broker.returnItems(true);
    await pool.close();
  }
}

function expectStatus({ statusCode, body }: Answer, wanted: number): void {
  if (statusCode !== wanted)
    throw new Error(`A reconnect was answered ${statusCode}, not ${wanted}: ${body}`);
}

/** Dollars of the table for a million such requests. */
function dollarsOf({ writes, reads }: Units): number {
  return writes * PRICES.tableWrites.dollars + reads * PRICES.tableReads.dollars;
}

/** The figures for people. */
export function refusedWritesReport({ replay, conflict }: RefusedWritesMeasurement): string {
  const row = (label: string, withItem: string | number, withRead: string | number) =>
    `${label.padEnd(44)}${String(withItem).padStart(11)}${String(withRead).padStart(11)}`;
  const rows = (name: string, { withItem, withRead }: RefusedWrites) => [
    row(name, withItem.requests, withRead.requests),
    row(
      '  write and read units',
      `${withItem.writes}+${withItem.reads}`,
      `${withRead.writes}+${withRead.reads}`,
    ),
    row('  dollars per million', dollarsOf(withItem).toFixed(2), dollarsOf(withRead).toFixed(2)),
  ];
  return [
    'Table calls of a reconnect that gets no lease: the refusal contains the item, or a read follows it',
    '',
    row('', 'with item', 'with read'),
    ...rows('a repeated answer: table calls', replay),
    ...rows('beside another request: table calls', conflict),
  ].join('\n');
}
