import {
  GameLiftStreamsClient,
  GetStreamGroupCommand,
  type GetStreamGroupCommandOutput,
} from '@aws-sdk/client-gameliftstreams';
import type { Settings, StreamGroupSettings } from '../../infra/settings/settings.ts';
import { clientConfig } from '../aws/client.ts';
import { networkReason, type Signer } from '../aws/signed-fetch.ts';
import { denied, type Finding, ok, problem, unknown, warning } from './finding.ts';
import type { Hints } from './hints.ts';
import { checkApplications, checkLocations } from './stream-group-parts.ts';

const DAY_MS = 86_400_000;
const EXPIRES_SOON_DAYS = 30;

/** What each `StreamGroupStatus` other than ACTIVE means for players (GameLift Streams API reference). */
const statuses: Readonly<Record<string, { level: typeof warning; says: string; todo: string }>> = {
  ACTIVATING: { level: problem, says: 'is still being set up', todo: 'wait until it is ACTIVE' },
  UPDATING_LOCATIONS: {
    level: warning,
    says: 'is changing its locations',
    todo: 'wait until it is ACTIVE, if players cannot start',
  },
  ACTIVE_WITH_ERRORS: {
    level: warning,
    says: 'has locations in error',
    todo: 'see the locations in the GameLift Streams console',
  },
  ERROR: { level: problem, says: 'failed to be set up', todo: 'delete it and create another' },
  DELETING: { level: problem, says: 'is being deleted', todo: 'name another one in streamGroups' },
  EXPIRED: {
    level: problem,
    says: 'has expired',
    todo: 'create another one and name it in streamGroups',
  },
};

/** Checks each stream group of the settings: is it active, and does it have the settings' applications and locations? */
export async function checkStreamGroups(
  signer: Signer,
  { streamGroups }: Settings,
  { endpoint, now, hints }: { endpoint?: string | undefined; now: number; hints: Hints },
): Promise<Finding[]> {
  const findings = await Promise.all(
    streamGroups.map(async (group) => {
      const { id, region } = group;
      const client = new GameLiftStreamsClient(clientConfig({ ...signer, region, endpoint }));
      try {
        const streamGroup = await client.send(new GetStreamGroupCommand({ Identifier: id }));
        return streamGroupFindings(group, streamGroup, { now, hints });
      } catch (error) {
        return [callFailure(group, error as Error)];
      } finally {
        client.destroy();
      }
    }),
  );
  return findings.flat();
}

/** Transient errors, which say nothing about the stream group. */
const TRANSIENT = new Set(['ThrottlingException', 'InternalServerException', 'ServiceUnavailableException']);

function callFailure({ id, region }: StreamGroupSettings, error: Error): Finding {
  const subject = `stream group ${id}`;
  if (error.name === 'ResourceNotFoundException') {
    return problem(
      subject,
      `this account has no stream group of that id in ${region}`,
      'check its id and region in streamGroups, and the account of the credentials',
    );
  }
  if (error.name === 'AccessDeniedException') {
    const instead = 'look at it in the GameLift Streams console';
    return denied(subject, 'these credentials may not read it', 'gameliftstreams:GetStreamGroup', instead);
  }
  if (TRANSIENT.has(error.name)) {
    const says = `GameLift Streams in ${region} is too busy to answer (${error.name})`;
    return unknown(subject, says, 'run the doctor again in a minute');
  }
  const reason = error.name.endsWith('Exception') ? error.name : networkReason(error);
  return problem(
    subject,
    `GameLift Streams in ${region} could not be read (${reason})`,
    `check the network, and whether ${region} has GameLift Streams`,
  );
}

function streamGroupFindings(
  group: StreamGroupSettings,
  streamGroup: GetStreamGroupCommandOutput,
  { now, hints }: { now: number; hints: Hints },
): Finding[] {
  const subject = `stream group ${group.id}`;
  const findings = [
    ...checkApplications(subject, { group, hints }, streamGroup),
    ...checkLocations(subject, group, streamGroup),
  ];
  const { Status = 'UNKNOWN', StatusReason, ExpiresAt } = streamGroup;
  if (Status === 'ACTIVE') {
    if (findings.length === 0) findings.push(ok(subject, 'is ACTIVE, with its applications and locations'));
  } else {
    const { level, says, todo } = statuses[Status] ?? {
      level: warning,
      says: '',
      todo: 'see what AWS says of it',
    };
    const reason = StatusReason === undefined ? '' : `: ${StatusReason}`;
    findings.unshift(level(subject, `${says} (${Status}${reason})`.trim(), todo));
  }
  const days = ExpiresAt === undefined ? Number.POSITIVE_INFINITY : (ExpiresAt.getTime() - now) / DAY_MS;
  if (Status !== 'EXPIRED' && days < EXPIRES_SOON_DAYS) {
    const todo = 'create another one in time and name it in streamGroups';
    findings.push(warning(subject, `expires in ${Math.max(0, Math.floor(days))} days`, todo));
  }
  return findings;
}
