/**
 * The picture of the emulated game: a car on a winding night road, a striped sun behind the mountains. A pure
 * function of position and time. Every movement repeats after one turn of `phase`, so the clip loops without a seam.
 */

type Rgb = readonly [number, number, number];

const HORIZON = 0.47;
const clamp = (value: number, low = 0, high = 1) => Math.min(high, Math.max(low, value));
const smooth = (from: number, to: number, value: number) => {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
};
const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];
const add = (a: Rgb, b: Rgb, t: number): Rgb => [a[0] + b[0] * t, a[1] + b[1] * t, a[2] + b[2] * t];
const hash = (x: number, y: number) => {
  const s = Math.sin(x * 127.1 + y * 311.7) * 43758.5453;
  return s - Math.floor(s);
};
/** Signed distance to a box with round corners, negative inside. */
const box = (x: number, y: number, halfWidth: number, halfHeight: number, radius: number) => {
  const dx = Math.abs(x) - halfWidth + radius;
  const dy = Math.abs(y) - halfHeight + radius;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
};

const TURN = Math.PI * 2;
/** How far the road's middle lies from the picture's, at a depth of 1/z. */
const bend = (depth: number, phase: number) =>
  0.16 * (1 - depth) ** 2 * (Math.sin(TURN * phase) + 0.4 * Math.sin(TURN * 2 * phase + 1));
const ridge = (x: number, seed: number) =>
  0.5 * Math.abs(Math.sin(x * 2.1 + seed)) +
  0.3 * Math.abs(Math.sin(x * 4.7 + seed * 2.3)) +
  0.14 * Math.abs(Math.sin(x * 11.3 + seed * 5.1));

function sky(x: number, y: number, phase: number): Rgb {
  const height = y / HORIZON;
  let color = mix([0.03, 0.02, 0.1], [0.3, 0.06, 0.34], smooth(0.1, 0.85, height));
  color = mix(color, [0.95, 0.34, 0.42], smooth(0.72, 1.05, height) * 0.75);

  const cellX = Math.floor(x * 46);
  const cellY = Math.floor(y * 46);
  const star = hash(cellX, cellY);
  if (star > 0.93) {
    const dx = x * 46 - cellX - 0.3 - 0.4 * hash(cellY, cellX);
    const dy = y * 46 - cellY - 0.3 - 0.4 * hash(cellX + 9, cellY);
    const twinkle = 0.65 + 0.35 * Math.sin(TURN * (phase * Math.ceil(star * 3) + star * 37));
    color = add(color, [0.85, 0.85, 1], smooth(0.16, 0.03, Math.hypot(dx, dy)) * twinkle * (1 - height));
  }

  const sunX = x + bend(0, phase) * 0.35;
  const sunY = y - HORIZON + 0.155;
  const sun = Math.hypot(sunX, sunY);
  color = add(color, [0.9, 0.28, 0.3], 0.42 * Math.exp(-sun * 5.2));
  if (sun < 0.2) {
    const band = (sunY + 0.2) / 0.4;
    const stripe = (band * 11 + 0.12) % 1;
    const open = band < 0.36 ? 1 : smooth(0.1 + (band - 0.36) * 0.8, 0.18 + (band - 0.36) * 0.8, stripe);
    const face = mix([1, 0.86, 0.36], [1, 0.24, 0.48], smooth(0.1, 0.95, band));
    color = mix(color, face, open * smooth(0.2, 0.196, sun));
  }

  const sway = bend(0, phase);
  const far = HORIZON - 0.04 - 0.1 * ridge(x + sway * 0.5, 1.7);
  const near = HORIZON - 0.012 - 0.075 * ridge(x * 1.4 + sway * 0.9, 4.2);
  if (y > far) color = mix([0.2, 0.07, 0.3], [0.5, 0.14, 0.42], smooth(far, HORIZON, y));
  if (y > near) color = mix([0.07, 0.03, 0.15], [0.2, 0.06, 0.27], smooth(near, HORIZON, y));
  return color;
}

function ground(x: number, y: number, phase: number): Rgb {
  const depth = (y - HORIZON) / (1 - HORIZON);
  const distance = 1 / (depth + 0.012);
  const travel = distance * 1.9 + phase * 48;
  const middle = bend(depth, phase);
  const half = 0.022 + 0.6 * depth;
  const across = (x + middle) / half;
  const side = Math.abs(across);
  const haze = smooth(0.3, 0, depth);

  let color: Rgb = [0.04, 0.025, 0.09];
  // The neon grid beside the road: lines get wider with distance so that they fade instead of flickering.
  const soften = clamp(distance / 26);
  const row = Math.abs(((travel / 2) % 1) - 0.5);
  const column = Math.abs(((((across * 1.35) % 1) + 1) % 1) - 0.5);
  const lines =
    smooth(0.5 - 0.05 - 0.2 * soften, 0.5, row) * (1 - 0.7 * soften) +
    smooth(0.5 - 0.03 - 0.1 * soften, 0.5, column) * (1 - 0.5 * soften);
  color = add(color, [0.62, 0.1, 0.7], clamp(lines) * 0.62);

  const edge = 0.02 + 0.06 * soften;
  const asphalt = mix([0.085, 0.075, 0.14], [0.13, 0.1, 0.2], hash(Math.floor(travel * 3) % 144, 3) * 0.5);
  color = mix(color, asphalt, smooth(1 + edge, 1, side));
  // Kerbs in two colours, dashes in the middle.
  const kerb = smooth(0.9 - edge, 0.92, side) * smooth(1.02 + edge, 1, side);
  color = mix(color, travel % 2 < 1 ? [0.95, 0.24, 0.4] : [0.92, 0.9, 1], kerb * (1 - 0.55 * soften));
  const dash = smooth(0.035 + edge, 0.03, side) * (travel % 4 < 2 ? 1 : 0);
  color = mix(color, [1, 0.83, 0.5], dash * (1 - 0.5 * soften));
  // The sun lies on the asphalt; the head lamps light what is near.
  color = add(color, [1, 0.35, 0.4], 0.3 * Math.exp(-((x * 4.5) ** 2)) * haze);
  color = add(color, [0.9, 0.8, 0.6], 0.13 * smooth(1, 0.2, side) * smooth(0.75, 0.3, depth) * (1 - haze));
  return mix(color, [0.78, 0.24, 0.42], haze ** 3 * 0.75);
}

/** Lamp posts on both sides, nearest last. */
function posts(color: Rgb, x: number, y: number, phase: number): Rgb {
  let result = color;
  for (let index = 5; index >= 0; index -= 1) {
    const distance = (index + 1 - ((phase * 12) % 1)) * 2.1;
    const depth = 1 / distance - 0.05;
    if (depth <= 0.015) continue;
    const foot = HORIZON + depth * (1 - HORIZON);
    const height = 0.62 * (depth + 0.02);
    const half = 0.022 + 0.6 * depth;
    for (const sign of [-1, 1]) {
      const dx = x + bend(depth, phase) - sign * half * 1.28;
      const pole = box(dx, y - foot + height / 2, 0.011 * (depth + 0.05), height / 2, 0);
      result = mix(result, [0.1, 0.06, 0.18], smooth(0.002, 0, pole));
      const lamp = Math.hypot(dx + sign * 0.03 * depth, y - foot + height);
      result = add(result, [0.3, 0.9, 1], 0.85 * Math.exp(-lamp / (0.022 * (depth + 0.05) + 0.003)));
      result = add(result, [0.15, 0.5, 0.62], 0.16 * Math.exp(-lamp / (0.14 * (depth + 0.05))));
    }
  }
  return result;
}

function car(color: Rgb, x: number, y: number, phase: number): Rgb {
  const steer = Math.sin(TURN * phase + 0.5);
  const cx = x - 0.055 * steer;
  const cy = y - 0.845 - 0.0025 * Math.sin(TURN * phase * 15);
  const lean = cx - 0.035 * steer * (cy + 0.07) * 4;
  let result = mix(
    color,
    [0.01, 0.01, 0.03],
    0.8 * smooth(0.035, -0.02, box(cx, cy - 0.075, 0.16, 0.02, 0.02)),
  );
  const paint = (distance: number, tint: Rgb) => {
    result = mix(result, tint, smooth(0.0022, -0.0022, distance));
  };
  paint(box(Math.abs(cx) - 0.115, cy - 0.05, 0.032, 0.036, 0.012), [0.015, 0.015, 0.03]);
  const cabin = box(lean / (1 + (cy + 0.06) * 2.6), cy + 0.056, 0.098, 0.046, 0.026);
  paint(cabin, mix([0.42, 0.1, 0.55], [0.2, 0.05, 0.36], smooth(-0.1, 0, cy)));
  paint(cabin + 0.011, mix([0.3, 0.36, 0.62], [0.08, 0.07, 0.2], smooth(-0.1, -0.02, cy + 0.25 * lean)));
  paint(
    box(cx, cy + 0.002, 0.152, 0.036, 0.02),
    mix([0.85, 0.16, 0.5], [0.42, 0.05, 0.34], smooth(-0.035, 0.03, cy)),
  );
  paint(box(cx, cy - 0.04, 0.148, 0.02, 0.012), [0.1, 0.05, 0.17]);
  paint(box(cx, cy + 0.046, 0.166, 0.0055, 0.005), [0.62, 0.1, 0.44]);
  paint(box(cx, cy + 0.006, 0.112, 0.016, 0.008), [0.08, 0.02, 0.12]);
  for (const sign of [-1, 1]) {
    const lamp = box(cx - sign * 0.097, cy + 0.006, 0.04, 0.011, 0.006);
    paint(lamp, [1, 0.25, 0.3]);
    paint(lamp + 0.006, [1, 0.75, 0.7]);
    result = add(result, [1, 0.12, 0.2], 0.5 * Math.exp(-Math.max(lamp, 0) / 0.02));
    result = add(
      result,
      [1, 0.12, 0.22],
      0.22 * Math.exp(-(((cx - sign * 0.097) / 0.05) ** 2) - ((cy - 0.11) / 0.035) ** 2),
    );
  }
  return result;
}

/**
 * The colour of one point.
 * @param x from the middle of the picture, in picture heights
 * @param y from the top, 0 to 1
 * @param phase time as a share of the loop, 0 to 1
 * @returns red, green and blue from 0 to 1
 */
export function shade(x: number, y: number, phase: number): Rgb {
  let color = y < HORIZON ? sky(x, y, phase) : ground(x, y, phase);
  color = posts(color, x, y, phase);
  if (y > 0.68) color = car(color, x, y, phase);
  const vignette = 1 - 0.22 * smooth(0.55, 1.15, Math.hypot(x * 0.85, y - 0.5));
  return [clamp(color[0] * vignette), clamp(color[1] * vignette), clamp(color[2] * vignette)];
}
