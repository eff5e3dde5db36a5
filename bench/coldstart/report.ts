import { FULL_CORE_MB } from '../cost/memory.ts';
import { type Figures, ratioTo, type Samples, type WaitFigures } from './figures.ts';

/** The figures for people. */
export function coldStartReport(figures: Figures, samples: Samples): string {
  const { emptyMs, bundleKB } = figures;
  const { plainBundleKB, firstCallMs } = samples;
  const row = (label: string, importMs: number, firstCallMs?: number) =>
    `${label.padEnd(40)}${[importMs, importMs - emptyMs, firstCallMs].map(cell).join('')}`;
  return `The import in a fresh process: medians of ${firstCallMs.rejoin.length} processes each, in milliseconds

                                            import  minus empty   with first reconnect
${row('an empty handler', emptyMs)}
${row(`Rejoin's reconnect (${bundleKB.toFixed(0)} KB)`, figures.rejoinMs, figures.rejoinFirstCallMs)}
${row(`esbuild's default bundle (${plainBundleKB.toFixed(0)} KB)`, figures.plainBundleMs, figures.plainBundleFirstCallMs)}
${row('unbundled, whole client and logger', figures.unbundledMs, figures.unbundledFirstCallMs)}

Rejoin's import takes ${percent(ratioTo(figures, 'unbundledMs'))} of the unbundled handler's time, and ${percent(ratioTo(figures, 'plainBundleMs'))} of the default bundle's.
It includes the rehearsal of a request. That saves the first reconnect below more time than it costs.
The unbundled handler only calls AWS. It has no table and checks neither the owner nor repeated requests, so it does less
than a reconnect needs.${waitReport(figures, samples)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

const WIDTHS = [10, 13, 23];

function cell(ms: number | undefined, at: number): string {
  return ms === undefined ? '' : ms.toFixed(1).padStart(WIDTHS[at] ?? 0);
}

/** The names of the handlers, in the order of the report. */
const LABELS = [
  ['rejoin', 'Rejoin'],
  ['earlier', 'Rejoin at the other commit'],
  ['plainBundle', "esbuild's default bundle"],
  ['unbundled', 'unbundled, AWS alone'],
] as const;

/** What a player waits for; empty where it was not measured. */
function waitReport({ waits }: Figures, samples: Samples): string {
  if (!waits) return '';
  const { means, memoryMb, reconnect, paced } = waits;
  const rows = (figures: Partial<Record<(typeof LABELS)[number][0], WaitFigures>>) =>
    LABELS.flatMap(([kind, label]) => {
      const of = figures[kind];
      if (!of) return [];
      const { initMs, answerMs, togetherMs, initCpuMs, answerCpuMs } = of;
      const cells = [initMs, answerMs, togetherMs, initCpuMs, answerCpuMs];
      return [`${label.padEnd(30)}${cells.map((ms) => ms.toFixed(1).padStart(12)).join('')}`];
    }).join('\n');
  const head = `${' '.repeat(30)}${['initialize', 'answer', 'total', 'init CPU', 'answer CPU'].map((name) => name.padStart(12)).join('')}`;
  const ratios = reconnect.rejoin && reconnect.earlier && paced.rejoin && paced.earlier;
  const ratio = (read: (figures: WaitFigures) => number, of: typeof reconnect) =>
    of.rejoin && of.earlier ? percent(read(of.rejoin) / read(of.earlier)) : '';
  return `

A player's wait if the request starts a new sandbox: medians of ${samples.waits?.reconnect.rejoin.length} each, in milliseconds

The first reconnect
${head}
${rows(reconnect)}

The first request, which gets a ticket of the admission queue
${head}
${rows(paced)}
${
  ratios
    ? `
Beside the other commit, a reconnect takes ${ratio(({ togetherMs }) => togetherMs, reconnect)} of the time, and a ticket ${ratio(({ togetherMs }) => togetherMs, paced)}.
The answer alone takes ${ratio(({ answerCpuMs }) => answerCpuMs, reconnect)} of the CPU for a reconnect, and ${ratio(({ answerCpuMs }) => answerCpuMs, paced)} for a ticket.
`
    : ''
}
A function initializes with a whole core. It answers with ${(memoryMb / FULL_CORE_MB).toFixed(2)} of a core, the share of ${memoryMb} MB: ${means}.
Table and AWS are on this machine, over TLS. The time in which Lambda starts a sandbox and Node is not included.`;
}
