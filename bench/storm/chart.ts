import { GRID, px, SCALE, svgOf, ticks } from '../svg.ts';
import { CONNECTION_TIMEOUT_SECONDS, POLICY_NAMES, type Policy } from './policies.ts';

/** The chart's data. */
export interface StormChart {
  players: number;
  quota: number;
  notice: number;
  curves: readonly PolicyCurve[];
}

/** When the players of one policy were back. */
export interface PolicyCurve {
  policy: Policy;
  /** Seconds since the loss, in ascending order. */
  back: readonly number[];
  awsCallsPerPlayer: number;
}

const HEIGHT = 400;
const PLOT = { left: 64, right: 738, top: 72, bottom: 352 };
/** In the corner that no curve can reach, since the quota limits all of them. */
const LEGEND = { left: PLOT.left + 10, top: PLOT.top + 16, row: 18 };
/** The label's place on the quota's line: near its end, clear of the line at which sessions end. */
const FLOOR_LABEL = 0.88;
/** Steps closer than this many pixels look like one. */
const STEP_PX = 0.5;

/** An SVG of the players back over time. */
export function stormChart({ players, quota, notice, curves }: StormChart): string {
  const sessionsEnd = CONNECTION_TIMEOUT_SECONDS + notice;
  const latest = Math.max(players / quota, ...curves.map(({ back }) => back.at(-1) ?? 0)) * 1.05;
  const seconds = latest > sessionsEnd * 0.8 ? Math.max(latest, sessionsEnd + 5) : latest;
  const x = (time: number) => px(PLOT.left + (time / seconds) * (PLOT.right - PLOT.left));
  const y = (count: number) => px(PLOT.bottom - (count / players) * (PLOT.bottom - PLOT.top));

  const marks = [
    ...ticks(players, 4).map(
      (count) =>
        `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(count)}" y2="${y(count)}"/>` +
        `<text class="scale" x="${PLOT.left - 8}" y="${y(count)}" dy="4" text-anchor="end">${count}</text>`,
    ),
    ...ticks(seconds, 7).map(
      (time) =>
        `<text class="scale" x="${x(time)}" y="${PLOT.bottom + 18}" text-anchor="middle">${time}</text>`,
    ),
    `<line class="axis" x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}"/>`,
    `<text class="scale" x="${PLOT.right}" y="${PLOT.bottom + 36}" text-anchor="end">seconds since the streams were lost</text>`,
    `<text class="scale" x="${PLOT.left}" y="${PLOT.top - 14}" text-anchor="middle">players back</text>`,
  ];
  if (sessionsEnd <= seconds) {
    marks.push(
      `<line class="axis" x1="${x(sessionsEnd)}" x2="${x(sessionsEnd)}" y1="${PLOT.top - 24}" y2="${PLOT.bottom}"/>`,
      `<text class="scale" x="${x(sessionsEnd)}" y="${PLOT.top - 14}" dx="-6" text-anchor="end">sessions end</text>`,
    );
  }
  const lines = curves.map(({ policy, back }) => {
    const points = steps(back, seconds, x, y);
    return `<polyline class="curve ${policy}" points="${points}"/>`;
  });
  // Drawn last, since a curve may lie on it.
  const floor = [
    `<line class="floor" x1="${x(0)}" y1="${y(0)}" x2="${x(players / quota)}" y2="${y(players)}"/>`,
    `<text class="scale" x="${x((players / quota) * FLOOR_LABEL)}" y="${y(players * FLOOR_LABEL)}" dx="12" dy="12">${quota} per second</text>`,
  ];
  const legend = curves.map(({ policy, back, awsCallsPerPlayer }, at) => {
    const middle = LEGEND.top + at * LEGEND.row;
    return (
      `<line class="curve ${policy}" x1="${LEGEND.left}" x2="${LEGEND.left + 22}" y1="${middle}" y2="${middle}"/>` +
      `<text class="legend" x="${LEGEND.left + 30}" y="${middle + 4}">${POLICY_NAMES[policy]}: ${back.length} back, ${awsCallsPerPlayer.toFixed(1)} AWS calls each</text>`
    );
  });
  const title = `${players} players lose their stream at once; AWS accepts ${quota} calls per second`;
  const note = `<text class="scale" x="${PLOT.left}" y="${PLOT.bottom + 36}">dashed: each call that the quota allows brings one player back</text>`;
  return svgOf({
    title,
    label: `Players back over time: ${title}`,
    height: HEIGHT,
    left: PLOT.left,
    styles: [
      ['.legend { font-size: 12px; }'],
      SCALE,
      GRID,
      ['.axis { stroke: #59636e; stroke-width: 1; }', '.axis { stroke: #9198a1; }'],
      [
        '.floor { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 6 6; }',
        '.floor { stroke: #f0f6fc; }',
      ],
      ['.curve { fill: none; stroke-width: 2.5; stroke-linejoin: round; }'],
      ['.rejoin { stroke: #0969da; }', '.rejoin { stroke: #4493f8; }'],
      ['.sdk { stroke: #cf222e; }', '.sdk { stroke: #f85149; }'],
      ['.sdkBackoff { stroke: #9a6700; }', '.sdkBackoff { stroke: #d29922; }'],
    ],
    body: [...marks, ...lines, ...floor, ...legend, note],
  });
}

/** The points of a curve with a step for each player. Steps too small to see are left out. */
function steps(
  back: readonly number[],
  seconds: number,
  x: (time: number) => number,
  y: (count: number) => number,
): string {
  const points = [`${x(0)},${y(0)}`];
  let drawn = x(0);
  back.forEach((time, at) => {
    if (x(time) - drawn < STEP_PX && at < back.length - 1) return;
    points.push(`${x(time)},${y(at + 1)}`);
    drawn = x(time);
  });
  points.push(`${x(seconds)},${y(back.length)}`);
  return points.join(' ');
}
