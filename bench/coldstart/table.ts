import { type Figures, ratioTo, type Samples } from './figures.ts';

/** The figures for people. */
export function coldStartTable(figures: Figures, { plainBundleKB, firstCallMs }: Samples): string {
  const { emptyMs, rejoinMs, plainBundleMs, unbundledMs, rejoinFirstCallMs, bundleKB } = figures;
  const less = (ms: number) => `${ms.toFixed(1)} ms, ${(ms - emptyMs).toFixed(1)} without an empty handler's`;
  return `Import in a fresh process, medians of ${firstCallMs.length} processes each

an empty handler                      ${emptyMs.toFixed(1)} ms
Rejoin's reconnect (${bundleKB.toFixed(0)} KB)           ${less(rejoinMs)}
the same code plainly bundled (${plainBundleKB.toFixed(0)} KB)  ${less(plainBundleMs)}
unbundled, whole client and logger    ${less(unbundledMs)}
Rejoin's import and first reconnect   ${rejoinFirstCallMs.toFixed(1)} ms

Rejoin's import takes ${ratioTo(figures, 'unbundledMs').toFixed(2)} of the unbundled handler's time and ${ratioTo(figures, 'plainBundleMs').toFixed(2)} of the plain bundle's (budget of each: 0.70).
The unbundled handler has no table client: it loads less than a reconnect needs.`;
}
