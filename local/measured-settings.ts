import { readFileSync } from 'node:fs';
import { DEFAULT_SETTINGS, type EmulatorSettings, mergeSettings } from '../emulator/model/settings.ts';

/**
 * The emulator's settings in a file that `npm run conformance` wrote.
 * @throws Error in one sentence that names the file and what is wrong with it
 */
export function measuredSettings(path: string): Partial<EmulatorSettings> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(
      `${path} cannot be read (${(error as Error).message}): give a file that npm run conformance wrote.`,
    );
  }
  const settings = (content as { settings?: unknown } | null)?.settings;
  if (settings === undefined) {
    throw new Error(`${path} has no "settings": give a file that npm run conformance wrote.`);
  }
  try {
    mergeSettings(DEFAULT_SETTINGS, settings);
  } catch (error) {
    throw new Error(`${path} cannot be used: ${(error as Error).message}`);
  }
  return settings as Partial<EmulatorSettings>;
}

/** The settings of the file that `REJOIN_AS` names: a bench's emulator behaves like that account. None without it. */
export function measuredByEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
): Partial<EmulatorSettings> {
  const path = environment.REJOIN_AS;
  return path ? measuredSettings(path) : {};
}
