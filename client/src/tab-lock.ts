import type { Environment } from './environment.ts';
import { outcomeOf } from './signals.ts';
import { TAB_GRACE_MS } from './timing.ts';

/**
 * Makes this tab the only one of the browser that holds a session's stream. Without locks (an insecure or opaque origin) it succeeds:
 * the broker's take-over rules then decide between tabs as between devices.
 *
 * @param insist takes the lock from another tab.
 * @param signal releases the lock when it is aborted.
 * @param stolen called when another tab insists.
 * @returns whether this tab got the lock in time.
 */
export async function holdTab(
  name: string,
  insist: boolean,
  signal: AbortSignal,
  env: Environment,
  stolen: () => void,
): Promise<boolean> {
  const { locks } = env;
  if (locks === null) return true;
  let holding = false;
  const outcome = await outcomeOf(
    (taskSignal) =>
      new Promise<void>((resolve) => {
        const hold = () =>
          new Promise<void>((release) => {
            signal.addEventListener('abort', () => release());
            // A lock that is granted too late is released.
            if (taskSignal.aborted) release();
            else {
              holding = true;
              resolve();
            }
          });
        // `steal` and `signal` exclude each other.
        const options = insist ? { steal: true } : { signal: taskSignal };
        Promise.resolve(locks)
          .then(() => locks.request(name, options, hold))
          .catch(() => (holding ? stolen() : resolve()));
      }),
    { signal, env, ms: TAB_GRACE_MS },
  );
  return outcome.kind !== 'timeout';
}
