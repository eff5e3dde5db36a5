/** What the charts of all benches share: an SVG whose colours follow the reader's light or dark page. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A CSS rule, and the one that replaces it on a dark page. */
type Style = readonly [light: string, dark?: string];

export const SCALE: Style = ['.scale { font-size: 12px; fill: #59636e; }', '.scale { fill: #9198a1; }'];
export const GRID: Style = ['.grid { stroke: #d1d9e0; stroke-width: 1; }', '.grid { stroke: #3d444d; }'];

interface Chart {
  title: string;
  label: string;
  height: number;
  left: number;
  styles: readonly Style[];
  body: readonly string[];
}

/** An SVG, 760 wide. @param chart.label for screen readers @param chart.left where the title begins */
export function svgOf({ title, label, height, left, styles, body }: Chart): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 ${height}" role="img" aria-label="${label}">
<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  ${styles.map(([rule]) => rule).join('\n  ')}
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    ${styles.flatMap(([, rule]) => rule ?? []).join('\n    ')}
  }
</style>
<text class="title" x="${left}" y="26">${title}</text>
${body.join('\n')}
</svg>
`;
}

/** Round numbers from 0 to `most`, about `wanted` of them and at least `minStep` apart. */
export function ticks(most: number, wanted: number, minStep = 1): number[] {
  const rough = most / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    minStep,
    ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude,
  );
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
}

/** A coordinate, to a tenth. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Writes a chart, and prints where. */
export function writeChart(path: string, svg: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, svg);
  console.log(`Drawn: ${path}`);
}
