import { POLICIES, POLICY_NAMES, type Policy, type Recoveries, sentenceOf } from './conditions.ts';
import { figuresOf } from './figures.ts';

const WIDTH = 760;
const PLOT = { left: 92, right: 670, top: 84 };
const BAR = { height: 18, gap: 5 };
const GROUP = { title: 22, gap: 20 };
const AXIS = 44;

/** What the time of a recovery is spent on, in its order. */
const STEPS = [
  { name: 'detect', words: 'until it is noticed' },
  { name: 'answer', words: 'until it is answered' },
  { name: 'frame', words: 'until the next frame' },
] as const;

/** An SVG of where the time goes, a bar a policy for each kind of cut; its colours follow the reader's light or dark page. */
export function recoveryBars(cuts: number, recoveries: Recoveries): string {
  const groups = recoveries.map(({ condition, of }) => ({
    title: sentenceOf(condition),
    bars: POLICIES.map((policy) => ({ policy, ...figuresOf(of[policy]) })),
  }));
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ frameP95Ms }) => frameP95Ms)));
  const x = (ms: number) => px(PLOT.left + (ms / (most * 1.08)) * (PLOT.right - PLOT.left));
  const groupHeight = GROUP.title + POLICIES.length * (BAR.height + BAR.gap) + GROUP.gap;
  const bottom = PLOT.top + groups.length * groupHeight - GROUP.gap / 2;

  const scale = ticks(most / 1000, 8).flatMap((time) => [
    `<line class="grid" x1="${x(time * 1000)}" x2="${x(time * 1000)}" y1="${PLOT.top - 8}" y2="${bottom}"/>`,
    `<text class="scale" x="${x(time * 1000)}" y="${bottom + 18}" text-anchor="middle">${time}</text>`,
  ]);
  const drawn = groups.flatMap(({ title, bars }, group) => {
    const top = PLOT.top + group * groupHeight;
    return [
      `<text class="cut" x="${PLOT.left}" y="${top + 12}">${title}</text>`,
      ...bars.flatMap((bar, at) => drawBar(bar, top + GROUP.title + at * (BAR.height + BAR.gap), x)),
    ];
  });
  const legend = STEPS.map(
    ({ name, words }, at) =>
      `<rect class="${name}" x="${PLOT.left + at * 172}" y="42" width="14" height="14" rx="3"/>` +
      `<text x="${PLOT.left + at * 172 + 22}" y="54">${words}</text>`,
  );
  const title = 'A stream is cut: seconds to its next frame in Chromium';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + AXIS}" role="img" aria-label="${title}, medians of ${cuts} cuts each">
<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .cut { font-weight: 600; }
  .scale { font-size: 12px; fill: #59636e; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .late { stroke: #59636e; stroke-width: 1.5; }
  .detect { fill: #cf222e; }
  .answer { fill: #0969da; }
  .frame { fill: #1a7f37; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .scale { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .late { stroke: #9198a1; }
    .detect { fill: #f85149; }
    .answer { fill: #4493f8; }
    .frame { fill: #3fb950; }
  }
</style>
<text class="title" x="${PLOT.left}" y="26">${title}</text>
${[...legend, ...scale, ...drawn].join('\n')}
<text class="scale" x="${PLOT.left}" y="${bottom + 36}">bars: medians of ${cuts} cuts; thin lines: 95th percentile</text>
<text class="scale" x="${PLOT.right}" y="${bottom + 36}" text-anchor="end">seconds since the cut</text>
</svg>
`;
}

type Bar = { policy: Policy } & ReturnType<typeof figuresOf>;

/** A bar of three parts, and a line to the slow ones. Medians of the parts need not add up, so each part ends at its own. */
function drawBar(bar: Bar, top: number, x: (ms: number) => number): string[] {
  const middle = top + BAR.height / 2;
  const ends = { detect: bar.detectMs, answer: bar.answerMs, frame: bar.frameMs };
  let from = 0;
  const parts = STEPS.map(({ name }) => {
    const part = `<rect class="${name}" x="${x(from)}" y="${top}" width="${px(x(ends[name]) - x(from))}" height="${BAR.height}"/>`;
    from = ends[name];
    return part;
  });
  const label = `median ${(bar.frameMs / 1000).toFixed(1)} s`;
  return [
    `<text x="${PLOT.left - 10}" y="${middle}" dy="4" text-anchor="end">${POLICY_NAMES[bar.policy]}</text>`,
    ...parts,
    `<line class="late" x1="${x(bar.frameMs)}" x2="${x(bar.frameP95Ms)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${px(x(Math.max(bar.frameMs, bar.frameP95Ms)) + 8)}" y="${middle}" dy="4">${label}</text>`,
  ];
}

/** Round numbers from 0 to `most`, about `wanted` of them. */
function ticks(most: number, wanted: number): number[] {
  const step = [0.5, 1, 2, 5, 10].find((each) => most / each <= wanted) ?? 20;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
}

function px(value: number): number {
  return Math.round(value * 10) / 10;
}
