import type { OperatorUse } from '../../contract/metrics.ts';
import { regionOf } from '../environment/settings.ts';
import { lookupProblem } from '../gameliftstreams/admin-shell-refusals.ts';
import { AwsFailure } from '../gameliftstreams/aws-failure.ts';
import { type AwsStreamSession, getStreamSession } from '../gameliftstreams/calls.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import { recordedUse } from './use-dependencies.ts';

/** A session by AWS's own names: an operator need not know whose it is. */
export interface OperatedSession {
  streamGroupId: string;
  streamSessionId: string;
}

/**
 * What every operator route that reaches into a session works with, made once for the life of a sandbox.
 * @param use what the route is for.
 */
export function operatorDependencies(use: OperatorUse) {
  const common = recordedUse(use);
  const { settings, now } = common;
  const random = () => Math.random();
  return {
    ...common,
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
