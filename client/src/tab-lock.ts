import type { Environment } from './environment.ts';
import { outcomeOf } from './signals.ts';
import { TAB_GRACE_MS } from './timing.ts';

/**
 * Makes this tab the only one of the browser that holds a session's stream. Where there are no locks (an insecure or opaque origin)
 * it succeeds: the broker's take-over rules then decide between tabs as between devices.
 *
 * @param insist take the lock from whoever holds it.
 * @param signal aborted when the lock is not wanted any more, which gives it back.
 * @param stolen another tab has insisted.
 * @returns whether the lock was had in time.
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
    (patience) =>
      new Promise<void>((resolve) => {
        const hold = () =>
          new Promise<void>((release) => {
            signal.addEventListener('abort', () => release());
            // Granted too late, it is given back.
            if (patience.aborted) release();
            else {
              holding = true;
              resolve();
            }
          });
        // `steal` and `signal` exclude each other.
        const options = insist ? { steal: true } : { signal: patience };
        Promise.resolve(locks)
          .then(() => locks.request(name, options, hold))
          .catch(() => (holding ? stolen() : resolve()));
      }),
    { signal, env, ms: TAB_GRACE_MS },
  );
  return outcome.kind !== 'timeout';
}
