/** CloudWatch's monthly fees, however many play. They are at most these: in a month in which every metric was sent, with the probe. */
import { rounded } from '../broker/median.ts';
import type { Price } from './prices.ts';

/** A fee, and how often it is due. */
interface Fee extends Price {
  count: number;
}

const source = 'https://aws.amazon.com/cloudwatch/pricing/';
const ALARM_METRIC = { dollars: 0.1, per: 'metric that an alarm looks at', source, asOf: '2026-11-22' };

/** A test compares the counts with the template and with the table of docs/costs.md. */
export const MONITORING = {
  metrics: { count: 60, dollars: 0.3, per: 'metric of ours that was sent', source, asOf: '2026-02-15' },
  alarmMetrics: { count: 52, ...ALARM_METRIC },
  compositeAlarms: { count: 4, dollars: 0.5, per: 'composite alarm', source, asOf: '2026-11-22' },
  dashboards: { count: 1, dollars: 3, per: 'dashboard', source, asOf: '2026-06-13' },
  probeAlarmMetrics: { count: 4, ...ALARM_METRIC },
  /** Its 43,800 invocations, requests and log lines. */
  probeRequests: {
    count: 1,
    dollars: 0.1,
    per: 'month of the probe',
    source: 'https://aws.amazon.com/lambda/pricing/',
    asOf: '2026-11-22',
  },
} as const satisfies Record<string, Fee>;

export const MONITORING_DOLLARS = rounded(
  Object.values(MONITORING).reduce((sum, { count, dollars }) => sum + count * dollars, 0),
  2,
);
