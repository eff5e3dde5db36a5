import { GRID, px, SCALE, svgOf, ticks } from '../svg.ts';
import { POLICY_NAMES, type Policy, policiesOf, type Recoveries, sentenceOf } from './conditions.ts';
import { type Figures, figuresOf } from './figures.ts';

const PLOT = { left: 92, right: 670, top: 84 };
const BAR = { height: 18, gap: 5 };
const GROUP = { title: 22, gap: 20 };
const AXIS = 44;

/** The steps of a recovery, in their order. */
const STEPS = [
  { name: 'detect', words: 'until the loss is noticed' },
  { name: 'answer', words: 'until the answer' },
  { name: 'frame', words: 'until the next frame' },
] as const;

/** An SVG of where the time goes: for each kind of loss a bar a policy. */
export function recoveryChart(cuts: number, recoveries: Recoveries): string {
  const groups = recoveries.map((entry) => ({
    title: sentenceOf(entry.condition),
    darkMs: entry.condition.how === 'blackout' ? entry.condition.seconds * 1000 : 0,
    bars: policiesOf(entry).map(([policy, each]) => ({ policy, ...figuresOf(each) })),
  }));
  const most = Math.max(1000, ...groups.flatMap(({ bars }) => bars.map(latestOf)));
  const x = (ms: number) => px(PLOT.left + (ms / (most * 1.08)) * (PLOT.right - PLOT.left));
  const heightOf = (bars: number) => GROUP.title + bars * (BAR.height + BAR.gap) + GROUP.gap;
  const topOf = (group: number) =>
    groups.slice(0, group).reduce((top, { bars }) => top + heightOf(bars.length), PLOT.top);
  const bottom = topOf(groups.length) - GROUP.gap / 2;

  const scale = ticks(most / 1000, 8, 0.5).flatMap((time) => [
    `<line class="grid" x1="${x(time * 1000)}" x2="${x(time * 1000)}" y1="${PLOT.top - 8}" y2="${bottom}"/>`,
    `<text class="scale" x="${x(time * 1000)}" y="${bottom + 18}" text-anchor="middle">${time}</text>`,
  ]);
  const drawn = groups.flatMap(({ title, darkMs, bars }, group) => {
    const top = topOf(group);
    const height = bars.length * (BAR.height + BAR.gap) - BAR.gap + 6;
    return [
      `<text class="cut" x="${PLOT.left}" y="${top + 12}">${title}</text>`,
      ...(darkMs === 0
        ? []
        : [
            `<rect class="dark" x="${x(0)}" y="${top + GROUP.title - 3}" width="${px(x(darkMs) - x(0))}" height="${height}"/>`,
          ]),
      ...bars.flatMap((bar, at) => drawBar(bar, top + GROUP.title + at * (BAR.height + BAR.gap), x)),
    ];
  });
  const legend = STEPS.map(
    ({ name, words }, at) =>
      `<rect class="${name}" x="${PLOT.left + at * 172}" y="42" width="14" height="14" rx="3"/>` +
      `<text x="${PLOT.left + at * 172 + 22}" y="54">${words}</text>`,
  );
  const title = 'A lost stream: seconds until the next frame in Chromium';
  const notes = [
    `<text class="scale" x="${PLOT.left}" y="${bottom + 36}">bars: medians of ${cuts} losses; thin lines: 95th percentile; grey: the blackout</text>`,
    `<text class="scale" x="${PLOT.right}" y="${bottom + 36}" text-anchor="end">seconds since the loss</text>`,
  ];
  return svgOf({
    title,
    label: `${title}, medians of ${cuts} losses each`,
    height: bottom + AXIS,
    left: PLOT.left,
    styles: [
      ['.cut { font-weight: 600; }'],
      SCALE,
      GRID,
      ['.dark { fill: #818b98; fill-opacity: 0.25; }'],
      ['.late { stroke: #59636e; stroke-width: 1.5; }', '.late { stroke: #9198a1; }'],
      ['.detect { fill: #cf222e; }', '.detect { fill: #f85149; }'],
      ['.answer { fill: #0969da; }', '.answer { fill: #4493f8; }'],
      ['.frame { fill: #1a7f37; }', '.frame { fill: #3fb950; }'],
    ],
    body: [...legend, ...scale, ...drawn, ...notes],
  });
}

type Bar = { policy: Policy } & Figures;

function latestOf({ frameMs, frameP95Ms }: Bar): number {
  return Math.max(frameMs ?? 0, frameP95Ms ?? 0);
}

/** A bar of three steps, and a line to the 95th percentile. The steps' medians need not add up, so each step ends at its own median. */
function drawBar(bar: Bar, top: number, x: (ms: number) => number): string[] {
  const middle = top + BAR.height / 2;
  const { frameMs, frameP95Ms, never } = bar;
  const name = `<text x="${PLOT.left - 10}" y="${middle}" dy="4" text-anchor="end">${POLICY_NAMES[bar.policy]}</text>`;
  const neverBack = never > 0 ? `, ${never} never back` : '';
  const label = (ms: number, text: string) =>
    `<text x="${px(x(ms) + 8)}" y="${middle}" dy="4">${text}${neverBack}</text>`;
  if (frameMs === null) return [name, label(0, 'median never')];
  const ends = { detect: bar.detectMs, answer: bar.answerMs, frame: frameMs };
  let from = 0;
  const parts = STEPS.flatMap(({ name: step }) => {
    // A step that came after the picture, or to few, is no part of the bar.
    const to = ends[step];
    if (to === null || to > frameMs) return [];
    const part = `<rect class="${step}" x="${x(from)}" y="${top}" width="${px(x(to) - x(from))}" height="${BAR.height}"/>`;
    from = to;
    return [part];
  });
  const late = frameP95Ms ?? frameMs;
  return [
    name,
    ...parts,
    `<line class="late" x1="${x(frameMs)}" x2="${x(late)}" y1="${middle}" y2="${middle}"/>`,
    label(Math.max(frameMs, late), `median ${(frameMs / 1000).toFixed(1)} s`),
  ];
}
