import type { OperatorSettings } from '../../contract/deployed-settings.ts';
import type { OperatorUse } from '../../contract/metrics.ts';
import type { WindowCounters } from '../limits/window-counters.ts';
import { OperatorProblem } from '../problems/operator-problems.ts';

/** What counting a use works with. */
export interface OperatorRate {
  settings: Pick<OperatorSettings, 'adminShell'>;
  counters: WindowCounters;
  now(): number;
}

const MINUTE_MS = 60_000;
const TOO_OFTEN: Record<OperatorUse, string> = {
  adminShell: 'requested admin shells too often',
  terminate: 'ended stream sessions too often',
  export: 'exported files too often',
  forget: "deleted players' records too often",
  brake: 'changed the pause of new sessions too often',
};

/**
 * Counts one use. Each kind counts separately, so an operator who has opened many shells can still end sessions. A use counts against the
 * entry of `settings.operators` that lets the caller in, then against all operators together. All kinds have the limits of admin shells.
 *
 * @throws OperatorProblem `too_many_requests`, with the wait until the minute ends
 * @throws Problem where it cannot be counted: then nothing may be done
 */
export async function chargeOperator(use: OperatorUse, entry: string, deps: OperatorRate): Promise<void> {
  const { perOperatorPerMinute, perMinute } = deps.settings.adminShell;
  const spend = (owner: string, limit: number) =>
    deps.counters.spend(owner, use, limit, MINUTE_MS, deps.now());
  const own = await spend(`OPERATOR#${entry}`, perOperatorPerMinute);
  const wait = own > 0 ? own : await spend('OPERATORS', perMinute);
  if (wait === 0) return;
  const who = own > 0 ? 'This operator has' : 'All operators together have';
  throw new OperatorProblem('too_many_requests', `${who} ${TOO_OFTEN[use]}.`, { retryAfterMs: wait });
}
