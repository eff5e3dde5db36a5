import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { OPERATOR_USE_METRICS, type OperatorUse } from '../../contract/metrics.ts';
import { dynamoTable } from '../dynamodb/table.ts';
import { readOperatorSettings } from '../environment/operator-settings.ts';
import { requireEnv } from '../environment/settings.ts';
import { tableWindowCounters } from '../limits/window-counters.ts';
import { log } from '../observability/logs.ts';
import { metrics } from '../observability/metrics.ts';
import { tableAudit } from './audit.ts';

/**
 * What every operator route works with whose uses are limited, recorded and counted; made once for the life of a sandbox.
 * @param use what the route is for.
 */
export function recordedUse(use: OperatorUse) {
  const settings = readOperatorSettings();
  return {
    settings,
    counters: tableWindowCounters(dynamoTable(requireEnv('RATE_TABLE_NAME'))),
    audit: tableAudit(dynamoTable(requireEnv('AUDIT_TABLE_NAME')), settings.auditRetentionDays),
    now: () => Date.now(),
    // On a line of its own: the alarm must not depend on the request's outcome.
    countUse: () => metrics.singleMetric().addMetric(OPERATOR_USE_METRICS[use], MetricUnit.Count, 1),
    log,
  };
}
