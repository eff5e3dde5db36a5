import type { PlayerSettings } from '../../contract/deployed-settings.ts';
import type { FunctionVariable } from '../../contract/environment.ts';

/**
 * An environment variable the function can't do without.
 * @throws Error naming it, at the function's start, so that a bad deployment fails at once.
 */
export function requireEnv(name: FunctionVariable): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Environment variable ${name} is not set`);
  return value;
}

/** An environment variable that a function can do without. */
export function optionalEnv(name: FunctionVariable): string | undefined {
  return process.env[name] || undefined;
}

/** The deployment's settings. Validated when the deployment was synthesized, so only parsed here. */
export function readSettings(): PlayerSettings {
  return JSON.parse(requireEnv('SETTINGS')) as PlayerSettings;
}

/** The Region of a configured stream group. */
export function regionOf(
  settings: { streamGroups: readonly { id: string; region: string }[] },
  streamGroupId: string,
): string {
  const group = settings.streamGroups.find(({ id }) => id === streamGroupId);
  if (!group) throw new Error(`Stream group ${streamGroupId} is not in the settings`);
  return group.region;
}
