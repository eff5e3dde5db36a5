import { median } from '../broker/median.ts';
import type { Figures, Samples } from './figures.ts';

/** The figures for people. */
export function overheadReport(
  { rejoinCpuUs, bareCpuUs, ratio }: Figures,
  { rejoinUs, calls }: Samples,
): string {
  const ms = (us: number) => `${(us / 1000).toFixed(2)} ms`;
  return `CPU of a warm reconnect, medians of ${rejoinUs.length} rounds

through Rejoin's handler    ${ms(rejoinCpuUs)}
the same calls alone        ${ms(bareCpuUs)}
ratio                       ${ratio.toFixed(2)} (budget: 1.25)

A reconnect made ${median(calls).toFixed(2)} calls: two writes, one call to AWS, and sometimes a read of the admission queue.`;
}
