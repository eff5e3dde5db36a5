import type { memoryAws } from './aws.ts';
import type { Exchange } from './exchange.ts';
import type { Plan, Step, Violation } from './plan.ts';
import type { Player, PlayerRequest } from './players.ts';
import type { campaignTime } from './time.ts';

/** What the parts of a run share. */
export interface RunContext {
  plan: Plan;
  time: ReturnType<typeof campaignTime>;
  aws: ReturnType<typeof memoryAws>;
  player(name: number): Player;
  /** Sends a request, updates its page's knowledge, and checks the answer. */
  send(
    request: PlayerRequest,
    how?: Partial<Pick<Step, 'sandbox' | 'faults' | 'answerLost'>>,
  ): Promise<Exchange>;
  violate(violation: Violation): void;
  exchanges: Exchange[];
}
