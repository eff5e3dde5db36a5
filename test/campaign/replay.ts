/** A plan as `--json` prints it and `--replay` reads it. Files of older versions stay readable: there an action is called `deed`. */
import type { Action, Plan, Step } from './plan.ts';

export interface Replay extends Omit<Plan, 'steps'> {
  steps: (Omit<Step, 'action'> & { deed: Action })[];
}

export const replayOf = ({ steps, ...plan }: Plan): Replay => ({
  ...plan,
  steps: steps.map(({ action, ...step }) => ({ ...step, deed: action })),
});

export const planOfReplay = ({ steps, ...plan }: Replay): Plan => ({
  ...plan,
  steps: steps.map(({ deed, ...step }) => ({ ...step, action: deed })),
});
