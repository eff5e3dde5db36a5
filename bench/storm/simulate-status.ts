import { POLL_MS, REQUEST_AGAIN_MS } from '../../client/src/timing.ts';
import type { LookupLimiter } from '../../lambdas/admission/lookup-limiter.ts';
import type { VirtualTime } from './simulate-time.ts';

/** What is known of a session: whether AWS has noticed the loss. */
type Seen = 'noticed' | 'connected';

/** GetStreamSession in a simulated storm, behind the functions' own limiter. */
export interface StatusLookups {
  /** What a function learns of a session; undefined where the limiter leaves no lookup, or AWS throttles it. */
  lookUp(limiter: LookupLimiter): Promise<Seen | undefined>;
  /** Calls that reached AWS. */
  calls(): number;
}

/** @param grant AWS's own quota of the operation. @param noticedAt in milliseconds since the beginning */
export function statusLookups(options: {
  time: VirtualTime;
  grant: () => boolean;
  latencyMs: number;
  noticedAt: number;
}): StatusLookups {
  const { time, grant, latencyMs, noticedAt } = options;
  let calls = 0;
  return {
    calls: () => calls,
    async lookUp(limiter) {
      // As the reconnect and the status function do: no player waits there for the answer to a start.
      if (!(await limiter.take(false))) return undefined;
      await time.sleep(latencyMs / 2);
      calls++;
      const granted = grant();
      const seen = time.now() >= noticedAt ? 'noticed' : 'connected';
      await time.sleep(latencyMs / 2);
      if (granted) return seen;
      await limiter.slowDown();
      return undefined;
    },
  };
}

/**
 * What the client library does after a refusal as CONNECTED: it polls the status once a second, and requests a connection when AWS
 * has noticed the loss, or after five seconds. The times are the library's own.
 *
 * @param waitMs what the refusal said
 * @param poll one request for the status
 * @returns once the next request for a connection is due
 */
export async function pollUntilReconnectable(
  time: VirtualTime,
  waitMs: number,
  poll: () => Promise<Seen>,
): Promise<void> {
  const requestAt = time.now() + Math.max(REQUEST_AGAIN_MS, waitMs);
  for (;;) {
    await time.sleep(Math.min(POLL_MS, requestAt - time.now()));
    if (time.now() >= requestAt) return;
    if ((await poll()) === 'noticed' || time.now() >= requestAt) return;
  }
}
