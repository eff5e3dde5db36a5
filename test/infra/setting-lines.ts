/** Reads the error lines and the names of settings. */

import { SettingsError } from '../../infra/settings/errors.ts';
import { parseSettings } from '../../infra/settings/settings.ts';

/** The error lines for some settings; none if they are valid. */
export function linesOf(input: unknown): readonly string[] {
  try {
    parseSettings(input);
  } catch (error) {
    if (error instanceof SettingsError) return error.lines;
    throw error;
  }
  return [];
}

/** The paths of all settings as in an error line, without list positions. */
export function leaves(schema: unknown, path = ''): string[] {
  const { type, shape, innerType, element } = (schema as { _zod: { def: Record<string, unknown> } })._zod.def;
  if (type === 'object') {
    return Object.entries(shape as object).flatMap(([name, inner]) =>
      leaves(inner, path ? `${path}.${name}` : name),
    );
  }
  if (innerType !== undefined) return leaves(innerType, path);
  if (type === 'array' && path === 'streamGroups') return leaves(element, path);
  return [path];
}
