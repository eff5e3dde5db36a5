import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { dynamoTable } from '../dynamodb/table.ts';
import { readOperatorSettings } from '../environment/operator-settings.ts';
import { regionOf, requireEnv } from '../environment/settings.ts';
import { lookupProblem } from '../gameliftstreams/admin-shell-refusals.ts';
import { AwsFailure } from '../gameliftstreams/aws-failure.ts';
import { type AwsStreamSession, getStreamSession } from '../gameliftstreams/calls.ts';
import { tableWindowCounters } from '../limits/window-counters.ts';
import { log } from '../observability/logs.ts';
import { metrics } from '../observability/metrics.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import { tableAudit } from './audit.ts';
import type { OperatorAction } from './rate.ts';

/** A session by AWS's own names: an operator need not know whose it is. */
export interface OperatedSession {
  streamGroupId: string;
  streamSessionId: string;
}

/** Under which name each use is counted, for the alarm of it. */
const USES: Record<OperatorAction, string> = {
  adminShell: 'AdminShellUses',
  terminate: 'OperatorTerminateUses',
  export: 'OperatorExportUses',
  forget: 'OperatorForgetUses',
};

/**
 * What every operator route that is recorded works with, made once for the life of a sandbox.
 * @param use what the route is for.
 */
export function recordedUse(use: OperatorAction) {
  return {
    settings: readOperatorSettings(),
    counters: tableWindowCounters(dynamoTable(requireEnv('RATE_TABLE_NAME'))),
    audit: tableAudit(dynamoTable(requireEnv('AUDIT_TABLE_NAME'))),
    now: () => Date.now(),
    log,
    // On a line of its own: the alarm must not depend on the request's outcome.
    countUse: () => metrics.singleMetric().addMetric(USES[use], MetricUnit.Count, 1),
  };
}

/**
 * What every operator route that reaches into a session works with, made once for the life of a sandbox.
 * @param use what the route is for.
 */
export function operatorDependencies(use: OperatorAction) {
  const recorded = recordedUse(use);
  const { settings, now } = recorded;
  const random = () => Math.random();
  return {
    ...recorded,
    random,
    sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
    /**
     * GetStreamSession. AWS is asked, since a session may have been started without the broker. It is not counted in the
     * players' quota: a use is counted against the operators' own rate before.
     *
     * @param deadline epoch milliseconds.
     * @throws OperatorProblem
     */
    async lookUpSession(
      session: OperatedSession,
      deadline: number,
      requestMetrics: RequestMetrics,
    ): Promise<AwsStreamSession> {
      const { streamGroupId, streamSessionId } = session;
      const budget = { deadline, now, random, metrics: requestMetrics };
      try {
        return await getStreamSession(
          regionOf(settings, streamGroupId),
          streamGroupId,
          streamSessionId,
          budget,
        );
      } catch (failure) {
        if (failure instanceof AwsFailure) throw lookupProblem(failure, random());
        throw failure;
      }
    },
  };
}
