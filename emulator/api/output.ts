import { exportOf } from '../sessions/export.ts';
import type { GameLiftStreams, StreamGroup } from '../sessions/service.ts';
import type { StreamSession } from '../sessions/stream-session.ts';

/** restJson1 timestamps are epoch seconds with a fraction. */
const epochSeconds = (milliseconds: number) => milliseconds / 1000;

/** StreamSessionSummary. */
export function summarizeSession(session: StreamSession): object {
  const { context, request, life } = session;
  return {
    Arn: context.arn,
    UserId: request.UserId,
    Status: life.status,
    StatusReason: life.statusReason,
    Protocol: request.Protocol,
    LastUpdatedAt: epochSeconds(life.lastUpdatedAt),
    CreatedAt: epochSeconds(life.createdAt),
    ApplicationArn: context.applicationArn,
    Location: context.location,
    RoleArn: request.RoleArn,
    ExportFilesMetadata: exportOf(session),
  };
}

function signalResponse(session: StreamSession): string | undefined {
  if (session.life.status === 'ACTIVATING') return undefined;
  const choice = session.context.settings().signalResponseAfterReconnect;
  const { firstSignalResponse: first, newestSignalResponse: newest } = session;
  if (choice === 'newest' || first === newest) return newest;
  return choice === 'first' ? first : undefined;
}

/** The output of StartStreamSession and GetStreamSession. Undefined members are left out of the JSON. */
export function describeSession(session: StreamSession): object {
  const { context, request } = session;
  return {
    ...summarizeSession(session),
    Description: request.Description,
    StreamGroupId: context.streamGroupId,
    SignalRequest: session.signalRequest,
    SignalResponse: signalResponse(session),
    ConnectionTimeoutSeconds: request.ConnectionTimeoutSeconds,
    SessionLengthSeconds: request.SessionLengthSeconds,
    AdditionalLaunchArgs: request.AdditionalLaunchArgs,
    AdditionalEnvironmentVariables: request.AdditionalEnvironmentVariables,
    PerformanceStatsConfiguration: request.PerformanceStatsConfiguration,
    DisplayConfiguration: request.DisplayConfiguration,
    WebSdkProtocolUrl: context.webSdkProtocolUrl,
  };
}

/** The output of GetStreamGroup. */
export function describeGroup(service: GameLiftStreams, group: StreamGroup): object {
  const applications = group.applications.map((id) => service.arn(`application/${id}`));
  return {
    Arn: group.arn,
    Id: group.id,
    Status: group.status,
    StreamClass: 'gen5n_high',
    DefaultApplication:
      applications.length > 0 ? { Id: group.applications[0], Arn: applications[0] } : undefined,
    LocationStates: group.locations.map((name) => ({
      LocationName: name,
      Status: 'ACTIVE',
      AlwaysOnCapacity: group.capacity,
    })),
    AssociatedApplications: applications,
    CreatedAt: epochSeconds(group.createdAt),
    LastUpdatedAt: epochSeconds(group.createdAt),
  };
}
