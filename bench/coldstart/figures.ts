import { median, rounded } from '../broker/median.ts';
import type { Kind, WorkingKind } from './handlers.ts';

/** The measured times, in milliseconds. */
export interface Samples {
  ms: Record<Kind, number[]>;
  /** Import and first reconnect together. */
  firstCallMs: Record<WorkingKind, number[]>;
  bundleKB: number;
  plainBundleKB: number;
}

/** What `--json` prints: medians. Each import includes the empty handler's. */
export interface Figures {
  emptyMs: number;
  rejoinMs: number;
  plainBundleMs: number;
  unbundledMs: number;
  /** Import and first reconnect together. */
  rejoinFirstCallMs: number;
  plainBundleFirstCallMs: number;
  /** Of a function that calls AWS and has no table. */
  unbundledFirstCallMs: number;
  bundleKB: number;
}

export function figuresOf({ ms, firstCallMs, bundleKB }: Samples): Figures {
  const middle = (values: readonly number[]) => rounded(median(values), 2);
  return {
    emptyMs: middle(ms.empty),
    rejoinMs: middle(ms.rejoin),
    plainBundleMs: middle(ms.plainBundle),
    unbundledMs: middle(ms.unbundled),
    rejoinFirstCallMs: middle(firstCallMs.rejoin),
    plainBundleFirstCallMs: middle(firstCallMs.plainBundle),
    unbundledFirstCallMs: middle(firstCallMs.unbundled),
    bundleKB: rounded(bundleKB, 1),
  };
}

/** Rejoin's import divided by another one, each minus an empty handler's. */
export function ratioTo(figures: Figures, other: 'plainBundleMs' | 'unbundledMs'): number {
  const { emptyMs, rejoinMs } = figures;
  return (rejoinMs - emptyMs) / (figures[other] - emptyMs);
}
