import type { Given } from '../../../contract/start-rules.ts';
import type { StartParameters } from '../../gameliftstreams/calls.ts';
import { Problem } from '../../problems/problems.ts';
import { givenBy } from '../../start-rules/rules.ts';
import type { StartDependencies, StartRequest } from './dependencies.ts';
import { refuseUnnamed } from './validation.ts';

/**
 * Decides what AWS is asked for: by the settings and the player's token, and by the page only where the settings give it a
 * choice. Nothing of it goes into a log.
 *
 * @throws Problem `start_not_allowed` where the rules do not let this player start, or not that
 */
export function decideParameters(
  request: StartRequest,
  { startSettings }: Pick<StartDependencies, 'startSettings'>,
): StartParameters {
  const { group, launchArguments, resolution } = request;
  const { rules, performanceStats } = startSettings;
  const given: Given = rules ? givenBy(rules, request.claims()) : {};
  const locations = locationsFor(request, given);
  const args = given.additionalLaunchArgs ?? launchArguments;
  return {
    ApplicationIdentifier: applicationFor(request, given),
    ConnectionTimeoutSeconds: given.connectionTimeoutSeconds ?? group.connectionTimeoutSeconds,
    SessionLengthSeconds: given.sessionLengthSeconds ?? group.sessionLengthSeconds,
    ...(locations && { Locations: locations }),
    ...(args && { AdditionalLaunchArgs: [...args] }),
    ...(given.additionalEnvironmentVariables && {
      AdditionalEnvironmentVariables: given.additionalEnvironmentVariables,
    }),
    ...(resolution && {
      DisplayConfiguration: { Resolution: { Width: resolution.width, Height: resolution.height } },
    }),
    ...(performanceStats && { PerformanceStatsConfiguration: { SharedWithClient: true } }),
    ...(group.roleArn !== undefined && { RoleArn: group.roleArn }),
  };
}

function applicationFor({ application, group }: StartRequest, given: Given): string {
  const allowed = group.applications.filter((id) => given.applications?.includes(id) ?? true);
  const [only, ...others] = allowed;
  if (only === undefined) throw notGiven('an application of this stream group');
  if (application === undefined) return others.length === 0 ? only : refuseUnnamed();
  if (!allowed.includes(application)) throw notGiven('this application');
  return application;
}

/** In the order of the page, else of the rule, else of the stream group. Undefined leaves the place to AWS: the primary location. */
function locationsFor({ locations, group }: StartRequest, given: Given): string[] | undefined {
  const allowed = given.locations?.filter((name) => group.locations.includes(name)) ?? group.locations;
  if (given.locations && allowed.length === 0) throw notGiven('a location of this stream group');
  if (locations === undefined) return allowed.length === 0 ? undefined : [...allowed];
  if (!locations.every((name) => allowed.includes(name))) throw notGiven('one of these locations');
  return locations;
}

function notGiven(what: string): Problem {
  return new Problem('start_not_allowed', `The start rules give this player's account no right to ${what}.`);
}
