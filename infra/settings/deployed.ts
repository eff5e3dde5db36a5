/**
 * The settings in the functions' environment variable `SETTINGS`. The deployment writes them; the doctor compares the deployed
 * ones with what it would write now.
 */
import type { OperatorSettings, PlayerSettings } from '../../contract/deployed-settings.ts';
import type { Settings } from './settings.ts';

/** For every function of the player API. */
export function playerSettings(settings: Settings): PlayerSettings {
  const { streamGroups, userId, launchArguments, limits, adoption, start, edge } = settings;
  const { CreateStreamSessionAdminShell: _, ...quotas } = settings.quotas;
  return {
    streamGroups,
    userId,
    launchArguments,
    limits,
    quotas,
    adoption,
    ...(start && { start }),
    ...(edge && { edgeSecretSha256: edge.secretSha256 }),
  };
}

/** For every function of the operator API. */
export function operatorSettings(settings: Settings): OperatorSettings {
  const streamGroups = settings.streamGroups.map(({ id, region }) => ({ id, region }));
  const { operators = [], adminShell, exportBucket, auditRetentionDays } = settings;
  return {
    streamGroups,
    operators,
    adminShell,
    ...(exportBucket !== undefined && { exportBucket }),
    ...(auditRetentionDays !== undefined && { auditRetentionDays }),
  };
}
