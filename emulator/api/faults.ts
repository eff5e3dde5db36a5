import { ServiceError } from '../model/errors.ts';
import { ALL, FAULT_ERRORS, type Fault, type HoldPlace } from './fault.ts';

/** The delay of a latency without `milliseconds`. */
const DEFAULT_LATENCY_MS = 1000;

/** The operation and resources of a call, by which faults are addressed: bare ids, absent where the call names none. */
export interface Target {
  operation: string;
  streamGroupId?: string | undefined;
  streamSessionId?: string | undefined;
}

/** The effects of the planned faults on one call: holds and a delay first, then at most one failure. */
export interface FaultEffects {
  holds: ReadonlySet<HoldPlace>;
  delayMs: number;
  error?: ServiceError;
  socket?: 'reset' | 'lostResponse';
  /** The kinds of the faults that hit, for the record of calls. */
  kinds: readonly string[];
}

export interface Faults {
  add(fault: Fault): void;
  list(): readonly Fault[];
  clear(): void;
  effectsOn(target: Target): FaultEffects;
}

const matches = (fault: Fault, target: Target) =>
  (fault.operation === ALL || fault.operation === target.operation) &&
  (fault.streamGroupId === undefined || fault.streamGroupId === target.streamGroupId) &&
  (fault.streamSessionId === undefined || fault.streamSessionId === target.streamSessionId);

/** @param random numbers from 0 to below 1, for faults with a probability */
export function createFaults(random: () => number = Math.random): Faults {
  let planned: Fault[] = [];

  const hits = (fault: Fault, target: Target) => {
    if (!matches(fault, target)) return false;
    if (fault.probability !== undefined) return random() < fault.probability;
    if (fault.count === undefined) return true;
    fault.count -= 1;
    return true;
  };

  return {
    add: (fault) => {
      planned.push({ ...fault });
    },
    list: () => planned.map((fault) => ({ ...fault })),
    clear: () => {
      planned = [];
    },
    effectsOn: (target) => {
      const holds = new Set<HoldPlace>();
      const effects: FaultEffects & { kinds: string[] } = { holds, delayMs: 0, kinds: [] };
      let failed = false;
      for (const fault of planned) {
        const isFailure = fault.kind !== 'latency' && fault.kind !== 'hold';
        // A call fails at most once: further failures wait for the next call.
        if (failed && isFailure) continue;
        if (!hits(fault, target)) continue;
        effects.kinds.push(fault.kind);
        if (fault.kind === 'latency') effects.delayMs += fault.milliseconds ?? DEFAULT_LATENCY_MS;
        if (fault.kind === 'hold') holds.add(fault.at ?? 'arrival');
        if (!isFailure) continue;
        failed = true;
        const error = FAULT_ERRORS[fault.kind];
        if (error) effects.error = new ServiceError(...error);
        else effects.socket = fault.kind as 'reset' | 'lostResponse';
      }
      planned = planned.filter((fault) => fault.count !== 0);
      return effects;
    },
  };
}
