import { sightProblem } from '../core/access.ts';
import { AwsFailure } from '../core/awsFailure.ts';
import { tableAudit } from './audit.ts';
import { regionOf } from './dependencies.ts';
import { type AwsStreamSession, getStreamSession } from './gameliftstreams.ts';
import { readOperatorSettings } from './operator-settings.ts';
import { requireEnv } from './settings.ts';
import { dynamoTable } from './table.ts';
import { log } from './telemetry.ts';

/** A session by AWS's own names: an operator need not know whose it is. */
export interface OperatedSession {
  streamGroupId: string;
  streamSessionId: string;
}

/** What every operator route that reaches into a session works with, made once for the life of a sandbox. */
export function operatorDependencies() {
  const settings = readOperatorSettings();
  const now = () => Date.now();
  const random = () => Math.random();
  return {
    settings,
    audit: tableAudit(dynamoTable(requireEnv('AUDIT_TABLE_NAME'))),
    now,
    random,
    sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
    log,
    /**
     * GetStreamSession. AWS is asked, since a session may have been started without the broker. It takes no spot of the
     * players' quota: operators are few, and their API takes ten requests a second at most.
     *
     * @param deadline epoch milliseconds.
     * @throws OperatorProblem
     */
    async look(session: OperatedSession, deadline: number): Promise<AwsStreamSession> {
      const { streamGroupId, streamSessionId } = session;
      const budget = { deadline, now, random };
      try {
        return await getStreamSession(
          regionOf(settings, streamGroupId),
          streamGroupId,
          streamSessionId,
          budget,
        );
      } catch (failure) {
        if (failure instanceof AwsFailure) throw sightProblem(failure, random());
        throw failure;
      }
    },
  };
}
