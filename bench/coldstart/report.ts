import { FULL_CORE_MB } from '../cost/memory.ts';
import { type Figures, ratioTo, type Samples, type WaitFigures } from './figures.ts';

/** The figures for people. */
export function coldStartReport(figures: Figures, samples: Samples): string {
  const { emptyMs, bundleKB } = figures;
  const { plainBundleKB, firstCallMs } = samples;
  const row = (label: string, importMs: number, firstCallMs?: number) =>
    `${label.padEnd(40)}${[importMs, importMs - emptyMs, firstCallMs].map(cell).join('')}`;
  return `A fresh process, medians of ${firstCallMs.rejoin.length} each, milliseconds

                                            import   less empty   with first reconnect
${row('an empty handler', emptyMs)}
${row(`Rejoin's reconnect (${bundleKB.toFixed(0)} KB)`, figures.rejoinMs, figures.rejoinFirstCallMs)}
${row(`the same code plainly bundled (${plainBundleKB.toFixed(0)} KB)`, figures.plainBundleMs, figures.plainBundleFirstCallMs)}
${row('unbundled, whole client and logger', figures.unbundledMs, figures.unbundledFirstCallMs)}

Rejoin's import takes ${ratioTo(figures, 'unbundledMs').toFixed(2)} of the unbundled handler's time and ${ratioTo(figures, 'plainBundleMs').toFixed(2)} of the plain bundle's. It includes a rehearsal, which the first reconnect
below gets back more than once.
The unbundled handler asks AWS alone: it has no table, no idempotency and no owner to check, so it loads and does less than a reconnect
needs.${waitReport(figures, samples)}`;
}

const WIDTHS = [10, 13, 23];

function cell(ms: number | undefined, at: number): string {
  return ms === undefined ? '' : ms.toFixed(1).padStart(WIDTHS[at] ?? 0);
}

/** The names of the handlers, in the order of the report. */
const LABELS = [
  ['rejoin', 'Rejoin'],
  ['earlier', 'Rejoin at the other commit'],
  ['plainBundle', 'plainly bundled'],
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
  const head = `${' '.repeat(30)}${['initialize', 'answer', 'together', 'init: CPU', 'answer: CPU'].map((name) => name.padStart(12)).join('')}`;
  const ratios = reconnect.rejoin && reconnect.earlier && paced.rejoin && paced.earlier;
  const ratio = (read: (figures: WaitFigures) => number, of: typeof reconnect) =>
    of.rejoin && of.earlier ? (read(of.rejoin) / read(of.earlier)).toFixed(2) : '';
  return `

What a player waits for whose request starts a sandbox: medians of ${samples.waits?.reconnect.rejoin.length} each, milliseconds

The first reconnect
${head}
${rows(reconnect)}

The first request, told to wait in the queue
${head}
${rows(paced)}
${
  ratios
    ? `
Of the other commit's: ${ratio(({ togetherMs }) => togetherMs, reconnect)} of the time until a reconnect is answered, ${ratio(({ togetherMs }) => togetherMs, paced)} until a request is told to wait;
${ratio(({ answerCpuMs }) => answerCpuMs, reconnect)} of the reconnect's CPU, ${ratio(({ answerCpuMs }) => answerCpuMs, paced)} of the other's, without initialization.
`
    : ''
}
A function initializes with a whole core. It answers with ${(memoryMb / FULL_CORE_MB).toFixed(2)} of one, the share of ${memoryMb} MB: ${means}.
Table and AWS are on this machine, over TLS. That Lambda has to start a sandbox and Node before comes on top.`;
}
