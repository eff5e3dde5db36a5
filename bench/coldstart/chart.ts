import { barChart } from '../broker/bar-chart.ts';
import type { Figures } from './figures.ts';

/** The chart of cold starts. An empty handler's import is subtracted from each. */
export function coldStartChart(figures: Figures, runs: number): string {
  const bar = (label: string, importMs: number, firstCallMs: number) => ({
    label,
    parts: [
      { name: 'import', value: importMs - figures.emptyMs },
      { name: 'first reconnect', value: firstCallMs - importMs },
    ],
    text: `${(importMs - figures.emptyMs).toFixed(0)} + ${(firstCallMs - importMs).toFixed(0)} ms`,
  });
  return barChart(
    'A cold start: milliseconds in a fresh process',
    [
      bar('Rejoin', figures.rejoinMs, figures.rejoinFirstCallMs),
      bar("esbuild's default bundle", figures.plainBundleMs, figures.plainBundleFirstCallMs),
      bar('unbundled, AWS alone', figures.unbundledMs, figures.unbundledFirstCallMs),
    ],
    `medians of ${runs} processes each, minus the import of an empty handler`,
  );
}
