/**
 * How long anything in the tests may take before it counts as hanging. No test waits for it, none is meant to come near it on
 * the slowest machine: what a test needs to happen it waits for, and what must not happen is held off by a gate.
 */
export const HANGS_AFTER_MS = 300_000;

/** How long a test asks again until something holds: a little less, so that the failure says what was seen last. */
export const ASKS_FOR_MS = 240_000;
