import { setTimeout as delay } from 'node:timers/promises';
import type { FunctionPool } from '../../local/functions/pool.ts';
import { type Broker, startBroker } from '../broker/broker.ts';
import { type Answer, type BenchSession, reconnectEvent } from '../broker/event.ts';
import { longOffer } from '../broker/sdp.ts';
import type { CostArguments } from './arguments.ts';
import { type Units, unitCounter } from './capacity.ts';
import { measureCpu, type ReconnectCpu } from './cpu.ts';
import type { Usage } from './figures.ts';
import { AWS_LINES_BYTES, lineBytes } from './log-lines.ts';
import { measureRefusedWrites, type RefusedWritesMeasurement } from './refused-writes.ts';
import { measureSession, type SessionUsage } from './session.ts';

/** AWS's reconnects a second in the storm: its default quota. */
export const STORM_QUOTA = 20;
/** The players of a storm arrive within this time. */
const ARRIVAL_MS = 2000;
/** Enough for those that wait for a ticket of up to a second, and some that work. */
const STORM_WORKERS = 28;
/** After this the admission queue has forgotten the warm-up. */
const SETTLED_MS = 4000;
/** Without load, reconnects are so far apart that each one reads the admission queue again. */
const CALM_GAP_MS = 250;
/** No storm of this bench lasts as long. */
const PATIENCE_MS = 300_000;

export interface CostMeasurement {
  calm: Usage;
  storm: Usage;
  memoryMb: number;
  cpu: ReconnectCpu;
  refusedWrites: RefusedWritesMeasurement;
  /** The other requests of a session. */
  session: SessionUsage;
}

/**
 * Measures what reconnects use: one after another, and in a storm.
 *
 * @param stop ends the measurement early, which then rejects
 */
export async function measureCost(
  { reconnects, players, awsLatencyMs }: CostArguments,
  onProgress: (line: string) => void,
  stop: AbortSignal,
): Promise<CostMeasurement> {
  const broker = await startBroker({ quota: STORM_QUOTA, logLevel: 'INFO', onProgress });
  try {
    await broker.slowDown(awsLatencyMs);
    onProgress('calm: warming up');
    const calm = await withMeter(broker, 1, async (meter) => {
      const sessions = await broker.begin(reconnects + 1);
      for (const [at, session] of sessions.entries()) {
        stop.throwIfAborted();
        // The first one is a cold start.
        if (at === 1) await meter.reset();
        await delay(CALM_GAP_MS, undefined, { signal: stop });
        onProgress(`calm: ${at} of ${reconnects} reconnects`);
        await meter.comeBack(session, stop);
      }
    });
    const cpu = await measureCpu(broker, { reconnects, gapMs: CALM_GAP_MS }, onProgress, stop);
    onProgress('refused writes');
    const refusedWrites = await measureRefusedWrites(broker, stop);
    onProgress('storm: warming up');
    const workers = Math.min(STORM_WORKERS, players);
    const storm = await withMeter(broker, workers, async (meter) => {
      const first = await broker.begin(workers);
      const sessions = await broker.begin(players);
      await Promise.all(first.map((session) => meter.comeBack(session, stop)));
      await delay(SETTLED_MS, undefined, { signal: stop });
      await meter.reset();
      let back = 0;
      await Promise.all(
        sessions.map(async (session) => {
          await delay(Math.random() * ARRIVAL_MS, undefined, { signal: stop });
          await meter.comeBack(session, stop);
          back += 1;
          onProgress(`storm: ${back} of ${players} players back`);
        }),
      );
    });
    // Last, since what slows AWS down stays.
    for (const operation of ['StartStreamSession', 'GetStreamSession', 'TerminateStreamSession']) {
      await broker.slowDown(awsLatencyMs, operation);
    }
    const session = await measureSession(broker, onProgress, stop);
    return { calm, storm, memoryMb: broker.fn.memoryMb, cpu, refusedWrites, session };
  } finally {
    await broker.close();
  }
}

interface Meter {
  /** Reconnects until the player is back. Waits as long as the answers say. */
  comeBack(session: BenchSession, stop: AbortSignal): Promise<void>;
  /** Sets all counts to zero. */
  reset(): Promise<void>;
}

/** Runs the function in some processes. @returns what it used since the last reset */
async function withMeter(
  broker: Broker,
  workers: number,
  work: (meter: Meter) => Promise<void>,
): Promise<Usage> {
  const used = { players: 0, httpRequests: 0, logBytes: 0, answerBytes: 0, awsCalls: 0 };
  const units: Units = { writes: 0, reads: 0 };
  const countUnits = unitCounter(broker.readItem);
  const pool = broker.pool({
    workers,
    onLog: (line) => {
      // Functions log JSON. Any other line stands for one of Lambda's own.
      if (line.startsWith('{')) used.logBytes += lineBytes(line);
    },
  });
  let billedBefore = 0;
  const count = async () => {
    used.awsCalls += broker.gameLiftStreams.take().length;
    const { writes, reads } = await countUnits(broker.table.take());
    units.writes += writes;
    units.reads += reads;
  };
  const billed = () => pool.stats()[broker.fn.logicalId]?.billedMs ?? 0;
  try {
    await work({
      async comeBack(session, stop) {
        let offer = longOffer();
        const end = performance.now() + PATIENCE_MS;
        for (;;) {
          stop.throwIfAborted();
          const { statusCode, body } = await answerOf(pool, broker, session, offer);
          used.httpRequests += 1;
          used.logBytes += AWS_LINES_BYTES;
          used.answerBytes += Buffer.byteLength(body);
          await count();
          if (statusCode === 201) break;
          const refusal = JSON.parse(body) as { code: string; retry: string; retryAfterMs?: number };
          if (refusal.retry === 'never' || performance.now() > end) {
            throw new Error(`A player was refused for good: ${refusal.code}`);
          }
          if (refusal.retry === 'newOffer') offer = longOffer();
          await delay(refusal.retryAfterMs ?? 0, undefined, { signal: stop });
        }
        used.players += 1;
      },
      async reset() {
        await count();
        Object.assign(used, { players: 0, httpRequests: 0, logBytes: 0, answerBytes: 0, awsCalls: 0 });
        Object.assign(units, { writes: 0, reads: 0 });
        billedBefore = billed();
      },
    });
    return {
      ...used,
      billedMs: billed() - billedBefore,
      writeUnits: units.writes,
      readUnits: units.reads,
    };
  } finally {
    await pool.close();
  }
}

async function answerOf(pool: FunctionPool, broker: Broker, session: BenchSession, offer: string) {
  const result = await pool.invoke(broker.fn.logicalId, reconnectEvent(broker.streamGroupId, session, offer));
  if (!result.ok) throw new Error(`The reconnect function failed: ${result.errorMessage}`);
  return JSON.parse(result.payload) as Answer;
}
