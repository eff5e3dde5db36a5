import { barChart } from '../broker/bar-chart.ts';
import type { Figures } from './figures.ts';

/** The chart of the overhead. */
export function overheadChart({ rejoinCpuUs, bareCpuUs, ratio }: Figures, rounds: number): string {
  const own = Math.max(0, rejoinCpuUs - bareCpuUs);
  const calls = { name: 'AWS and table calls', value: Math.min(bareCpuUs, rejoinCpuUs) };
  const text = (us: number) => `${(us / 1000).toFixed(2)} ms`;
  return barChart(
    'CPU of a warm reconnect',
    [
      {
        label: "through Rejoin's handler",
        parts: [calls, { name: 'everything else', value: own }],
        text: `${text(rejoinCpuUs)}, × ${ratio.toFixed(2)}`,
      },
      { label: 'the same calls alone', parts: [calls], text: text(bareCpuUs) },
    ],
    `medians of ${rounds} rounds in one process`,
  );
}
