/** The timing of resends. Source: aws/session-manager-plugin, src/config. All durations in milliseconds. */
export const RESEND_TICK_MS = 100;
export const MAX_ATTEMPTS = 3000;
const INITIAL_TIMEOUT_MS = 200;
const MAX_TIMEOUT_MS = 1000;
const INITIAL_ROUND_TRIP_MS = 100;
const CLOCK_GRANULARITY_MS = 10;
const ROUND_TRIP_SHARE = 1 / 8;
const VARIATION_SHARE = 1 / 4;

export interface Retransmission {
  /** How long to wait for an acknowledgement before sending again. */
  timeoutMs(): number;
  /** A message was acknowledged so long after it was first sent. */
  observe(roundTripMs: number): void;
}

/** The smoothed round trip plus four times its variation, as in TCP (RFC 6298), with the plugin's constants. */
export function createRetransmission(): Retransmission {
  let timeout = INITIAL_TIMEOUT_MS;
  let roundTrip = INITIAL_ROUND_TRIP_MS;
  let variation = 0;
  return {
    timeoutMs: () => timeout,
    observe: (roundTripMs) => {
      variation += VARIATION_SHARE * (Math.abs(roundTrip - roundTripMs) - variation);
      roundTrip += ROUND_TRIP_SHARE * (roundTripMs - roundTrip);
      timeout = Math.min(MAX_TIMEOUT_MS, roundTrip + Math.max(CLOCK_GRANULARITY_MS, 4 * variation));
    },
  };
}
