import type { AwsFailureKind } from './aws-failure.ts';

/** What the decision to try an AWS call again rests on. Times in milliseconds. */
export interface RetryContext {
  kind: AwsFailureKind;
  /** How many attempts have failed, 1 after the first. */
  failures: number;
  /** What is left of the call's total budget. */
  remainingMs: number;
  /** A number in [0, 1). */
  random: number;
}

/** An attempt needs this long to have a chance, so none is begun with less. */
export const MIN_ATTEMPT_MS = 500;

const CEILINGS_MS: Partial<Record<AwsFailureKind, readonly number[]>> = {
  // Only for calls that are not paced (see CallBudget): a throttle that clears within about a second is waited out here.
  throttled: [200, 400, 600],
  internal: [100, 400],
  network: [50, 200],
  timeout: [50],
};

/**
 * How long to wait before the next attempt of an AWS call, or null to give up: full jitter from the first
 * retry on, so that functions which failed together do not return together.
 */
export function nextRetryDelayMs({ kind, failures, remainingMs, random }: RetryContext): number | null {
  const ceiling = CEILINGS_MS[kind]?.[failures - 1];
  if (ceiling === undefined) return null;
  const delay = Math.floor(random * ceiling);
  return delay + MIN_ATTEMPT_MS > remainingMs ? null : delay;
}
