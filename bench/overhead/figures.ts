import { median, rounded } from '../broker/median.ts';

/** CPU of one reconnect in microseconds, a sample a round. */
export interface Samples {
  rejoinUs: number[];
  bareUs: number[];
  /** Calls that a reconnect of the round made on average. */
  calls: number[];
}

/** What `--json` prints: medians, microseconds. */
export interface Figures {
  rejoinCpuUs: number;
  bareCpuUs: number;
  /** Rejoin's CPU divided by the bare calls'. */
  ratio: number;
}

export function figuresOf({ rejoinUs, bareUs }: Samples): Figures {
  const [rejoin, bare] = [median(rejoinUs), median(bareUs)];
  return { rejoinCpuUs: Math.round(rejoin), bareCpuUs: Math.round(bare), ratio: rounded(rejoin / bare, 3) };
}
