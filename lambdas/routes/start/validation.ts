import type { StreamGroup } from '../../environment/settings.ts';
import { Problem } from '../../problems/problems.ts';

/** Far above any game's command line, far below what would make a request expensive. */
const MAX_ARGUMENTS = 100;
const MAX_ARGUMENT_LENGTH = 1024;

function refuse(field: string, complaint: string): never {
  throw new Problem('invalid_request', `${field}: ${complaint}`);
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** The application to run: one that the settings list for the group, or, if there is but one, that. */
export function requireApplication(value: unknown, group: StreamGroup): string {
  if (value === undefined) {
    const [only, ...others] = group.applications;
    if (only !== undefined && others.length === 0) return only;
    return refuse('applicationIdentifier', 'must name one of the applications of this stream group');
  }
  if (typeof value !== 'string' || !group.applications.includes(value)) {
    return refuse('applicationIdentifier', 'is not an application that this API starts in this stream group');
  }
  return value;
}

/** An empty list says nothing, as AWS's own sample sends it. */
function isAbsent(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** The locations to try, in order; each must stand in the settings. None given: the settings' own, or the group's primary location. */
export function locationsOf(value: unknown, group: StreamGroup): string[] | undefined {
  if (isAbsent(value)) return group.locations[0] === undefined ? undefined : group.locations;
  if (!isStringList(value)) return refuse('locations', 'must be a list of location names');
  if (new Set(value).size !== value.length) return refuse('locations', 'names a location twice');
  if (!value.every((name) => group.locations.includes(name))) {
    return refuse('locations', 'contains one that this API does not start sessions in');
  }
  return value;
}

/** Launch arguments from the browser, which could change what the game does: refused unless the settings allow it. */
export function launchArgumentsOf(value: unknown, allowed: boolean): string[] | undefined {
  if (isAbsent(value)) return undefined;
  if (!allowed) return refuse('additionalLaunchArgs', 'are not accepted by this API');
  if (!isStringList(value) || value.length > MAX_ARGUMENTS) {
    return refuse('additionalLaunchArgs', `must be a list of at most ${MAX_ARGUMENTS} strings`);
  }
  if (value.some((argument) => argument.length > MAX_ARGUMENT_LENGTH)) {
    return refuse('additionalLaunchArgs', `must each be at most ${MAX_ARGUMENT_LENGTH} characters`);
  }
  return value;
}
