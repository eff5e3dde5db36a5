import { px, svgOf } from '../svg.ts';

/** A segment of a bar. Segments with the same name have the same colour. */
export interface Part {
  name: string;
  value: number;
}

/** A horizontal bar. */
export interface Bar {
  label: string;
  parts: readonly Part[];
  /** The text at its end. */
  text: string;
}

/** The longest bar leaves room for twenty characters to its right. */
const BAR = { left: 228, right: 600, height: 22, gap: 12, top: 84 };
const LEGEND = { left: 20, width: 182, each: 4 };
const LIGHT = ['#0969da', '#1a7f37', '#9a6700', '#cf222e', '#8250df', '#bf3989', '#59636e'];
const DARK = ['#4493f8', '#3fb950', '#d29922', '#f85149', '#ab7df8', '#db61a2', '#9198a1'];

/** An SVG of horizontal bars, each made of segments. */
export function barChart(title: string, bars: readonly Bar[], note: string): string {
  const names = [...new Set(bars.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const legendRows = names.length > 1 ? Math.ceil(names.length / LEGEND.each) : 0;
  const top = BAR.top - 34 + legendRows * 24;
  const most = Math.max(...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  const length = (value: number) => px((value / most) * (BAR.right - BAR.left));
  const bottom = top + bars.length * (BAR.height + BAR.gap);
  const legend = (legendRows > 0 ? names : []).map((name, at) => {
    const x = LEGEND.left + (at % LEGEND.each) * LEGEND.width;
    const y = 42 + Math.floor(at / LEGEND.each) * 24;
    return `<rect class="part${at}" x="${x}" y="${y}" width="14" height="14" rx="3"/><text x="${x + 20}" y="${y + 12}">${name}</text>`;
  });
  const drawn = bars.flatMap(({ label, parts, text }, row) => {
    const y = top + row * (BAR.height + BAR.gap);
    let x = BAR.left;
    const rects = parts.map(({ name, value }) => {
      const rect = `<rect class="part${names.indexOf(name)}" x="${px(x)}" y="${y}" width="${length(value)}" height="${BAR.height}"/>`;
      x += length(value);
      return rect;
    });
    return [
      `<text x="${BAR.left - 10}" y="${y + BAR.height / 2}" dy="4" text-anchor="end">${label}</text>`,
      ...rects,
      `<text x="${px(x + 8)}" y="${y + BAR.height / 2}" dy="4">${text}</text>`,
    ];
  });
  const fills = (colours: readonly string[]) =>
    names.map((_, at) => `.part${at} { fill: ${colours[at % colours.length]}; }`).join(' ');
  return svgOf({
    title,
    label: title,
    height: bottom + 34,
    left: 20,
    styles: [
      ['.note { font-size: 12px; fill: #59636e; }', '.note { fill: #9198a1; }'],
      [fills(LIGHT), fills(DARK)],
    ],
    body: [...legend, ...drawn, `<text class="note" x="20" y="${bottom + 16}">${note}</text>`],
  });
}
