import type { Resolution, StreamGroup } from '../../../contract/deployed-settings.ts';
import { MAX_ARGUMENT_LENGTH, MAX_ARGUMENTS } from '../../../contract/requests.ts';
import { refuse } from '../../problems/validation.ts';

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/**
 * The application to run: one that the settings list for the group, or, if there is but one, that.
 * @param hasRules a start rule may leave but one, so the page need not name it
 */
export function applicationOf(value: unknown, group: StreamGroup, hasRules: boolean): string | undefined {
  if (value === undefined) {
    const [only, ...others] = group.applications;
    if (only !== undefined && others.length === 0) return only;
    return hasRules ? undefined : refuseUnnamed();
  }
  if (typeof value !== 'string' || !group.applications.includes(value)) {
    return refuse('applicationIdentifier', 'is not an application that this API starts in this stream group');
  }
  return value;
}

/** @throws Problem where the page has to choose an application, and has not */
export function refuseUnnamed(): never {
  return refuse('applicationIdentifier', 'must name one of the applications of this stream group');
}

/** An empty list says nothing, as AWS's own sample sends it. */
function isAbsent(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** The locations that the page asks for, in order; each must stand in the settings. */
export function locationsOf(value: unknown, group: StreamGroup): string[] | undefined {
  if (isAbsent(value)) return undefined;
  if (!isStringList(value)) return refuse('locations', 'must be a list of location names');
  if (new Set(value).size !== value.length) return refuse('locations', 'names a location twice');
  if (!value.every((name) => group.locations.includes(name))) {
    return refuse('locations', 'contains one that this API does not start sessions in');
  }
  return value;
}

/** The size of the picture: one of those that the settings list. */
export function resolutionOf(value: unknown, allowed: readonly Resolution[] = []): Resolution | undefined {
  if (value === undefined) return undefined;
  if (allowed.length === 0) return refuse('displayConfiguration', 'is not accepted by this API');
  const size =
    isRecord(value, ['resolution']) && isRecord(value.resolution, ['height', 'width'])
      ? value.resolution
      : undefined;
  const known = allowed.find(({ width, height }) => size?.width === width && size.height === height);
  if (known) return known;
  const sizes = allowed.map(({ width, height }) => `${width} x ${height}`).join(', ');
  return refuse(
    'displayConfiguration',
    `must be {"resolution": {"width", "height"}} with one of the sizes ${sizes}`,
  );
}

/** An object with exactly these members. */
function isRecord(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).toSorted().join() === names.join();
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
