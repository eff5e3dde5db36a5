import { type Figures, ratioTo, type Samples } from './figures.ts';

/** The figures for people. */
export function coldStartReport(figures: Figures, { plainBundleKB, firstCallMs }: Samples): string {
  const { emptyMs, bundleKB } = figures;
  const row = (label: string, importMs: number, firstCallMs?: number) =>
    `${label.padEnd(40)}${[importMs, importMs - emptyMs, firstCallMs].map(cell).join('')}`;
  return `A fresh process, medians of ${firstCallMs.rejoin.length} each, milliseconds

                                            import   less empty   with first reconnect
${row('an empty handler', emptyMs)}
${row(`Rejoin's reconnect (${bundleKB.toFixed(0)} KB)`, figures.rejoinMs, figures.rejoinFirstCallMs)}
${row(`the same code plainly bundled (${plainBundleKB.toFixed(0)} KB)`, figures.plainBundleMs, figures.plainBundleFirstCallMs)}
${row('unbundled, whole client and logger', figures.unbundledMs, figures.unbundledFirstCallMs)}

Rejoin's import takes ${ratioTo(figures, 'unbundledMs').toFixed(2)} of the unbundled handler's time and ${ratioTo(figures, 'plainBundleMs').toFixed(2)} of the plain bundle's (budget of each: 0.70).
The unbundled handler asks AWS alone: it has no table, no idempotency and no owner to check, so it loads and does less than a reconnect
needs.`;
}

const WIDTHS = [10, 13, 23];

function cell(ms: number | undefined, at: number): string {
  return ms === undefined ? '' : ms.toFixed(1).padStart(WIDTHS[at] ?? 0);
}
