import { median, rounded } from '../broker/median.ts';
import type { FirstAnswer } from './first-answer.ts';
import type { Kind, WorkingKind } from './handlers.ts';

/** The measured times, in milliseconds. */
export interface Samples {
  ms: Record<Kind, number[]>;
  /** Import and first reconnect together. */
  firstCallMs: Record<WorkingKind, number[]>;
  bundleKB: number;
  plainBundleKB: number;
  /** Absent where it was not measured. */
  waits: WaitSamples | undefined;
}

/**
 * What a player waits for who comes to a new sandbox: it initializes with a whole core, then answers over TLS with the share of its
 * memory.
 */
export interface WaitSamples {
  /** How the process was held to its share. */
  means: string;
  memoryMb: number;
  reconnect: Record<WorkingKind | 'earlier', FirstAnswer[]>;
  /** The first request is told to wait in the admission queue. */
  paced: Record<'rejoin' | 'earlier', FirstAnswer[]>;
}

/** Medians in milliseconds. */
export interface WaitFigures {
  initMs: number;
  /** The first answer. */
  answerMs: number;
  /** Medians of both together. */
  togetherMs: number;
  initCpuMs: number;
  answerCpuMs: number;
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
  /** What a player waits for, of each handler that was measured. */
  waits?: {
    means: string;
    memoryMb: number;
    reconnect: Partial<Record<WorkingKind | 'earlier', WaitFigures>>;
    paced: Partial<Record<'rejoin' | 'earlier', WaitFigures>>;
  };
}

export function figuresOf({ ms, firstCallMs, bundleKB, waits }: Samples): Figures {
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
    ...(waits && {
      waits: {
        means: waits.means,
        memoryMb: waits.memoryMb,
        reconnect: waitsOf(waits.reconnect),
        paced: waitsOf(waits.paced),
      },
    }),
  };
}

function waitsOf<Name extends string>(samples: Record<Name, FirstAnswer[]>): Record<Name, WaitFigures> {
  const measured = Object.entries<FirstAnswer[]>(samples).filter(([, answers]) => answers.length > 0);
  return Object.fromEntries(
    measured.map(([name, answers]) => {
      const middle = (read: (answer: FirstAnswer) => number) => rounded(median(answers.map(read)), 1);
      return [
        name,
        {
          initMs: middle(({ init }) => init.wallMs),
          answerMs: middle(({ answer }) => answer.wallMs),
          togetherMs: middle(({ init, answer }) => init.wallMs + answer.wallMs),
          initCpuMs: middle(({ init }) => init.cpuMs),
          answerCpuMs: middle(({ answer }) => answer.cpuMs),
        },
      ];
    }),
  ) as Record<Name, WaitFigures>;
}

/** Rejoin's import divided by another one, each minus an empty handler's. */
export function ratioTo(figures: Figures, other: 'plainBundleMs' | 'unbundledMs'): number {
  const { emptyMs, rejoinMs } = figures;
  return (rejoinMs - emptyMs) / (figures[other] - emptyMs);
}
