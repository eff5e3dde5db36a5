import { rounded } from '../broker/median.ts';
import type { ReconnectCpu } from './cpu.ts';
import { PRICES, PROVISIONED_CONCURRENCY } from './prices.ts';

/** Memory at which a function has one vCPU. Source: Lambda Developer Guide, "Configure Lambda function memory". */
export const FULL_CORE_MB = 1769;
const SIZES = [256, 512, 1024, FULL_CORE_MB];
const MB_PER_GB = 1024;
const MS_PER_SECOND = 1000;
const MILLION = 1_000_000;
/** A month of 730 hours, as in AWS's own examples. */
const SECONDS_PER_MONTH = 730 * 3600;

/** A reconnect's own time, and Lambda's bill for a million of them, duration alone. */
export interface DurationCost {
  ownMs: number;
  dollars: number;
}

export interface MemoryRow {
  memoryMb: number;
  /** The share of a core. */
  share: number;
  warm: DurationCost;
  /** Initialization, and the first reconnect. */
  cold: DurationCost;
  /** Provisioned concurrency: one sandbox of this memory for a month, used or not. */
  keptReadyDollars: number;
}

/** The model behind the rows. */
export const MEMORY_MODEL = `This table is calculated, not measured in Lambda. ${FULL_CORE_MB} MB have one vCPU, which counts as one core of this machine. Less memory has
a proportional share. More memory is no faster, since a function's code uses one core. Waiting for AWS and the table takes the same
time with any memory. A cold reconnect loads the code with a whole core, as Lambda does with any memory, and makes the first reconnect
at the function's share. AWS has billed both since 2025-08-01. The time in which Lambda starts a sandbox and Node is not included.`;

/**
 * The wait is as measured. CPU time grows as the share of a core shrinks. Only the initialization always has a whole core.
 */
export function outlay(memoryMb: number, cpuMs: number, waitMs: number, initMs = 0): DurationCost {
  const ownMs = initMs + cpuMs / Math.min(1, memoryMb / FULL_CORE_MB);
  const gbSeconds = ((waitMs + ownMs) / MS_PER_SECOND) * (memoryMb / MB_PER_GB);
  return {
    ownMs: rounded(ownMs, 1),
    dollars: rounded(gbSeconds * PRICES.lambdaDuration.dollars * MILLION, 2),
  };
}

export function memoryRows({ initMs, cold, warm }: ReconnectCpu): MemoryRow[] {
  return SIZES.map((memoryMb) => ({
    memoryMb,
    share: rounded(memoryMb / FULL_CORE_MB, 2),
    warm: outlay(memoryMb, warm.ownMs, warm.waitMs),
    cold: outlay(memoryMb, cold.ownMs, cold.waitMs, initMs),
    keptReadyDollars: rounded(
      PROVISIONED_CONCURRENCY.dollars * (memoryMb / MB_PER_GB) * SECONDS_PER_MONTH,
      2,
    ),
  }));
}

/** The rows for people. */
export function memoryReport(cpu: ReconnectCpu): string {
  const line = (cells: readonly (string | number)[]) =>
    cells.map((cell, at) => String(cell).padStart(at === 0 ? 8 : 14)).join('');
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return `Memory sizes: a reconnect's own time, and dollars per million reconnects for Lambda's duration alone

${[
  line(['memory', 'cores', 'warm: own', 'per million', 'cold: own', 'per million', 'provisioned']),
  ...memoryRows(cpu).map(({ memoryMb, share, warm, cold, keptReadyDollars }) =>
    line([
      `${memoryMb} MB`,
      share.toFixed(2),
      ms(warm.ownMs),
      warm.dollars.toFixed(2),
      ms(cold.ownMs),
      cold.dollars.toFixed(2),
      keptReadyDollars.toFixed(2),
    ]),
  ),
].join('\n')}

The last column is dollars per month for one sandbox with provisioned concurrency.
Measured CPU: ${ms(cpu.warm.ownMs)} for a warm reconnect, ${ms(cpu.cold.ownMs)} for the first one of a process, ${ms(cpu.initMs)} for loading the code.
Each process made few reconnects.
${MEMORY_MODEL}`;
}
