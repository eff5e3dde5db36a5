/** Finds the settings: a file named with `-c settings=...`, else `settings.json`, else cdk.json's context. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SettingsError } from './errors.ts';
import { JsonError, parseJson } from './json.ts';

export interface SettingsSource {
  /** A name that a deployer recognizes: a path as given, or `cdk.json, context "rejoin"`. */
  readonly name: string;
  /** Parsed JSON, not yet checked. */
  readonly input: unknown;
}

const conventionalFile = 'settings.json';

function fromFile(name: string, directory: string): SettingsSource {
  let text: string;
  try {
    text = readFileSync(resolve(directory, name), 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new SettingsError(
      [`cannot read the settings file ${name} (${reason}); write its path relative to cdk.json`],
      {
        cause,
      },
    );
  }
  try {
    return { name, input: parseJson(text) };
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new SettingsError(
      cause.lines.map((line) => `${name} is not JSON: ${line}`),
      { cause },
    );
  }
}

/**
 * Finds the settings. A file replaces cdk.json's context completely. Settings are never merged, so that one place shows what is
 * deployed.
 *
 * @param context looks up one key of the CDK app's context
 * @param directory where relative paths start: the working directory
 * @throws {SettingsError} for a file that cannot be read or is not JSON, and when there are no settings
 */
export function findSettings(context: (key: string) => unknown, directory: string): SettingsSource {
  const file = context('settings');
  if (file !== undefined) {
    if (typeof file === 'string' && file !== '') return fromFile(file, directory);
    throw new SettingsError([
      'the context "settings" must be the path of a file, as in -c settings=production.json',
    ]);
  }
  if (existsSync(resolve(directory, conventionalFile))) return fromFile(conventionalFile, directory);
  const inline = context('rejoin');
  if (inline !== undefined) return { name: 'cdk.json, context "rejoin"', input: inline };
  throw new SettingsError([
    `no settings: write ${conventionalFile} beside cdk.json, name a file with -c settings=path, or fill in "rejoin" in cdk.json's context`,
  ]);
}
