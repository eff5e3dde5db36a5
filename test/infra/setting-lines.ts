/** Reads the settings' errors and names, for the tests that compare them. */

import { SettingsError } from '../../infra/settings/errors.ts';
import { parseSettings } from '../../infra/settings/settings.ts';

/** The lines that a deployer would read; none when the settings are fine. */
export function linesOf(input: unknown): readonly string[] {
  try {
    parseSettings(input);
  } catch (error) {
    if (error instanceof SettingsError) return error.lines;
    throw error;
  }
  return [];
}

/** Paths of all settings, as they stand in an error line without list positions. */
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
