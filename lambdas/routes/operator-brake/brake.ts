import type { StartBrake } from '../../limits/start-brake.ts';
import type { Audit } from '../../operators/audit.ts';
import type { OperatorCall } from '../../operators/operator-api.ts';
import { chargeOperator, type OperatorRate } from '../../operators/rate.ts';

/** What setting the brake works with. */
export interface BrakeDependencies extends OperatorRate {
  audit: Audit;
  brake: { write(brake: StartBrake): Promise<void> };
  /** Counts one use, whatever its outcome, in the metric of the alarm. */
  countUse(): void;
}

/** An operator who pauses new sessions, or lets them begin again. */
export interface BrakeRequest {
  call: OperatorCall;
  /** For how long; 0 ends the pause. */
  seconds: number;
  reason: string;
}

/**
 * Sets the brake. The record of it is written first: nobody keeps players out without a record.
 *
 * @returns the brake from now on; undefined when it is off.
 * @throws Problem with the refusal.
 */
export async function setBrake(
  { call, seconds, reason }: BrakeRequest,
  deps: BrakeDependencies,
): Promise<StartBrake | undefined> {
  await chargeOperator('brake', call.entry, deps);
  deps.countUse();
  const setAt = deps.now();
  const brake = { until: setAt + seconds * 1000, setAt, operator: call.operator, reason };
  await deps.audit.write({
    action: 'brake',
    call,
    about: 'brake/starts',
    seconds,
    reason,
    outcome: 'requested',
    at: setAt,
  });
  await deps.brake.write(brake);
  return seconds > 0 ? brake : undefined;
}
