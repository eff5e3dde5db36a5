import { barPicture } from '../broker/picture.ts';
import type { Figures } from './figures.ts';

/** The picture of the imports, each without an empty handler's. */
export function coldStartBars(figures: Figures, runs: number): string {
  const { emptyMs, rejoinMs, plainBundleMs, unbundledMs, rejoinFirstCallMs } = figures;
  const bar = (label: string, ms: number, more = 0) => ({
    label,
    parts: [
      { name: 'import', value: ms - emptyMs },
      { name: 'first reconnect', value: more },
    ],
    text: `${(ms - emptyMs + more).toFixed(0)} ms`,
  });
  return barPicture(
    'A cold start: milliseconds of a fresh process',
    [
      bar('Rejoin', rejoinMs),
      bar('plainly bundled', plainBundleMs),
      bar('unbundled, whole client', unbundledMs),
      bar('Rejoin, first reconnect', rejoinMs, rejoinFirstCallMs - rejoinMs),
    ],
    `medians of ${runs} processes each, without an empty handler's import`,
  );
}
