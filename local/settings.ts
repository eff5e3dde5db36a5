import { readFileSync } from 'node:fs';
import { parseJson } from '../infra/settings/json.ts';
import type { Ports } from './ports.ts';

const DEFAULT_REGION = 'us-west-2';
/** The account number of the local deployment. */
export const LOCAL_ACCOUNT = '123456789012';

/** A deployer's settings as JSON; infra/ validates them when it synthesizes. */
export type DeployerSettings = Record<string, unknown>;

const DEFAULTS: DeployerSettings = {
  streamGroups: [{ id: 'sg-local', region: DEFAULT_REGION, applications: ['a-local'] }],
  // The emulator writes nothing there, so no bucket is needed.
  exportBucket: 'local-exports',
};

/**
 * The settings that the local deployment synthesizes with: the deployer's own, or a stream group of the emulator,
 * with this machine's identity provider and page in place of the deployer's.
 *
 * @param file path of a settings file, as `cdk deploy -c settings=` takes it.
 * @param changes settings to replace, member by member of the top level.
 * @throws Error in one sentence when the file can't be read or is no JSON object.
 */
export function localSettings(
  ports: Ports,
  { file, changes = {} }: { file?: string | undefined; changes?: DeployerSettings } = {},
): DeployerSettings {
  return {
    ...(file === undefined ? DEFAULTS : readSettingsFile(file)),
    ...changes,
    identity: { issuer: `http://127.0.0.1:${ports.identity}`, audience: ['rejoin'], scope: 'rejoin/play' },
    // Only the operator of this machine has a key here. A caller can still give another list, or an empty one.
    operators: changes.operators ?? [`arn:aws:iam::${LOCAL_ACCOUNT}:user/operator`],
    webOrigins: [`http://127.0.0.1:${ports.console}`, `http://localhost:${ports.console}`],
    removalPolicy: 'destroy',
    // The deployer's domain name does not lead to this machine.
    domain: undefined,
    // No proxy stands in front of it here, unless a caller plays one.
    edge: changes.edge,
    alarmTopic: undefined,
  };
}

/** The stream groups that the emulator must have so that these settings work. */
export function streamGroupsOf(
  settings: DeployerSettings,
): { id: string; region: string; applications: string[]; locations: string[] }[] {
  const groups = Array.isArray(settings.streamGroups) ? settings.streamGroups : [];
  return groups.map(
    (group: { id: string; region: string; applications: string[]; locations?: string[] }) => ({
      id: group.id,
      region: group.region,
      applications: group.applications,
      locations: group.locations ?? [group.region],
    }),
  );
}

/**
 * The Region of all stream groups.
 * @throws Error in one sentence when there are several: one emulator has one Region.
 */
export function regionOf(settings: DeployerSettings): string {
  const [region = DEFAULT_REGION, ...others] = new Set(streamGroupsOf(settings).map((group) => group.region));
  if (others.length > 0) {
    throw new Error(
      `The local deployment plays one Region; the stream groups in the settings are in ${[region, ...others].join(', ')}.`,
    );
  }
  return region;
}

function readSettingsFile(file: string): DeployerSettings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(`The settings file ${file} can't be read; give the path of a JSON file.`);
  }
  let parsed: unknown;
  try {
    parsed = parseJson(text);
  } catch (error) {
    throw new Error(`The settings file ${file} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return parsed as DeployerSettings;
  throw new Error(`The settings file ${file} is not a JSON object.`);
}
