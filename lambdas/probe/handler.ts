import { OWN_SESSIONS } from '../../contract/routes.ts';
import { requireEnv } from '../environment/settings.ts';
import { log } from '../observability/logs.ts';
import { PROBE_TIMEOUT_MS, requireRefusal } from './refusal.ts';

/** A route that only reads, in case that nobody refuses the request. */
const address = requireEnv('API_URL') + OWN_SESSIONS;
const timeoutMs = Number(process.env.PROBE_TIMEOUT_MS ?? PROBE_TIMEOUT_MS);

/**
 * Asks the public address of the API without a token, and fails unless it is refused with 401. Lambda counts the failure, for
 * the alarm.
 */
export async function handler(): Promise<void> {
  try {
    await requireRefusal(async () => {
      const response = await fetch(address, {
        redirect: 'manual',
        // A connection that stays open would prove neither DNS nor the certificate a second time.
        headers: { connection: 'close' },
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      return response;
    });
  } catch (error) {
    log.error('public address failing', { cause: (error as Error).message });
    throw error;
  }
}
