import type { memoryAws } from './aws.ts';
import type { Exchange } from './exchange.ts';
import type { Plan, Step, Violation } from './plan.ts';
import type { Player, PlayerRequest } from './players.ts';
import type { campaignTime } from './time.ts';

/** What those work with who ask in a run. */
export interface RunContext {
  plan: Plan;
  time: ReturnType<typeof campaignTime>;
  aws: ReturnType<typeof memoryAws>;
  player(name: number): Player;
  /** Sends a request, lets its page learn from the answer, and checks it. */
  send(
    request: PlayerRequest,
    how?: Partial<Pick<Step, 'sandbox' | 'faults' | 'answerLost'>>,
  ): Promise<Exchange>;
  violate(violation: Violation): void;
  exchanges: Exchange[];
}
