import { readFileSync } from 'node:fs';
import { SettingsError } from '../infra/settings/errors.ts';
import { parseJson } from '../infra/settings/json.ts';
import { parseSettings, type Settings } from '../infra/settings/settings.ts';
import { DEFAULT_AUDIENCE, DEFAULT_SCOPE } from './identity/names.ts';
import type { Ports } from './ports.ts';
import { mayEndSignIn, notesOn } from './replaced-settings.ts';

const DEFAULT_REGION = 'us-west-2';
/** The account number of the local deployment. */
export const LOCAL_ACCOUNT = '123456789012';
const OPERATOR = `arn:aws:iam::${LOCAL_ACCOUNT}:user/operator`;

/** A deployer's settings as JSON; infra/ validates them when it synthesizes. */
export type DeployerSettings = Record<string, unknown>;

/** What a deployment without settings, or without stream groups in them, plays. */
const STREAM_GROUPS = [{ id: 'sg-local', region: DEFAULT_REGION, applications: ['a-local'] }];

/** What a deployment without a settings file has besides. The emulator writes no export, so no bucket is needed. */
const DEFAULTS: DeployerSettings = { exportBucket: 'local-exports' };

/** The settings of the local deployment, and what follows from them. */
export interface LocalSettings {
  /** What it synthesizes with: the deployer's own, save for what can't be the same on this machine. */
  settings: DeployerSettings;
  /** A sentence for each setting of the deployer that is another one here, or that has more here, with the reason. */
  notes: readonly string[];
  /** What the tokens of the local OpenID provider carry. */
  identity: { audience: string; scope: string };
  /** Origins of pages that may end a sign-in at the local OpenID provider. */
  redirectOrigins: readonly string[];
  /** Origins of the console page. */
  consoleOrigins: readonly string[];
}

/**
 * The settings that the local deployment synthesizes with. They are checked as they were written, before anything is replaced: a misspelt
 * setting is refused also where the local deployment would not use it.
 *
 * @param file path of a settings file, as `cdk deploy -c settings=` takes it; absent: a stream group of the emulator.
 * @param changes settings to replace, member by member of the top level.
 * @throws Error when the file can't be read, is no JSON object, or has a setting that can't be used: a line for each.
 */
export function localSettings(
  ports: Ports,
  { file, changes = {} }: { file?: string | undefined; changes?: DeployerSettings } = {},
): LocalSettings {
  const given = { ...(file === undefined ? {} : readSettingsFile(file)), ...changes };
  const whole = {
    ...(file === undefined ? DEFAULTS : {}),
    ...given,
    streamGroups: given.streamGroups ?? STREAM_GROUPS,
  };
  const { webOrigins, identity, operators } = checked(whole, file ?? 'local/settings.ts');

  const issuer = `http://127.0.0.1:${ports.identity}`;
  const { audience, scope } =
    'issuer' in identity ? identity : { audience: [DEFAULT_AUDIENCE], scope: DEFAULT_SCOPE };
  const console = [`http://127.0.0.1:${ports.console}`, `http://localhost:${ports.console}`];
  const settings: DeployerSettings = {
    ...whole,
    identity: { issuer, audience, scope },
    // Only the operator of this machine has a key here. A caller can still give another list, or an empty one.
    operators: changes.operators ?? [...new Set([...(operators ?? []), OPERATOR])],
    webOrigins: [...new Set([...console, ...webOrigins])],
    removalPolicy: 'destroy',
    // The deployer's domain name does not lead to this machine.
    domain: undefined,
    // No proxy stands in front of it here, unless a caller plays one.
    edge: changes.edge,
    alarmTopic: undefined,
  };
  return {
    settings,
    notes: notesOn(given, settings, console),
    identity: { audience: audience[0] ?? DEFAULT_AUDIENCE, scope },
    consoleOrigins: console,
    redirectOrigins: [...new Set([...console, ...webOrigins.filter(mayEndSignIn)])],
  };
}

/** The settings as `cdk deploy` would take them, save that "destroy" takes the place of "retain", which allows no page on localhost. */
function checked(settings: DeployerSettings, name: string): Settings {
  const { removalPolicy = 'retain' } = settings;
  try {
    return parseSettings(removalPolicy === 'retain' ? { ...settings, removalPolicy: 'destroy' } : settings);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const lines = error.lines.map((line) => `\n- ${line}`).join('');
    throw new Error(`Rejoin cannot be deployed with these settings (${name}):${lines}`, { cause: error });
  }
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
