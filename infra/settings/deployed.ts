/**
 * The settings that the functions get as `SETTINGS`, in their environment: the deployment writes them there, and the doctor
 * compares what it finds there with what it would be now.
 */
import type { Settings } from './settings.ts';

/** What every function of the player API gets. */
export function playerSettings(settings: Settings) {
  const { streamGroups, userId, launchArguments, limits, adoption } = settings;
  const { CreateStreamSessionAdminShell: _, ...quotas } = settings.quotas;
  return { streamGroups, userId, launchArguments, limits, quotas, adoption };
}

/** What every function of the operator API gets. */
export function operatorSettings(settings: Settings) {
  const streamGroups = settings.streamGroups.map(({ id, region }) => ({ id, region }));
  const { operators = [], adminShell } = settings;
  return { streamGroups, operators, adminShell };
}
