import type { memoryAws } from './aws.ts';
import type { Exchange } from './exchange.ts';
import type { Plan, Step, Violation } from './plan.ts';
import type { Asked, Player } from './players.ts';
import type { campaignTime } from './time.ts';

/** What those work with who ask in a run. */
export interface Stage {
  plan: Plan;
  time: ReturnType<typeof campaignTime>;
  aws: ReturnType<typeof memoryAws>;
  player(name: number): Player;
  /** Sends a request, lets its page learn from the answer, and checks it. */
  ask(asked: Asked, how?: Partial<Pick<Step, 'sandbox' | 'faults' | 'answerLost'>>): Promise<Exchange>;
  violate(violation: Violation): void;
  exchanges: Exchange[];
}
