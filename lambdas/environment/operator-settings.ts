import type { OperatorSettings } from '../../contract/deployed-settings.ts';
import { requireEnv } from './settings.ts';

/** The deployment's settings. Validated when the deployment was synthesized, so only parsed here. */
export function readOperatorSettings(): OperatorSettings {
  return JSON.parse(requireEnv('SETTINGS')) as OperatorSettings;
}
