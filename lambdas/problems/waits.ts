/** Spreads a wait upwards by up to half, so that clients told to wait together do not come back together. */
export function spread(waitMs: number, random: number): number {
  return Math.round(waitMs * (1 + random / 2));
}

/** AWS failed or did not answer. */
export const UPSTREAM_WAIT_MS = 1000;
