import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from '../../infra/settings/errors.ts';
import { parseSettings, type Settings } from '../../infra/settings/settings.ts';
import { findSettings } from '../../infra/settings/source.ts';
import { warningsFor } from '../../infra/settings/warnings.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** The context that cdk.json gives a CDK app in this directory. */
function cdkContext(directory: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(join(directory, 'cdk.json'), 'utf8')).context ?? {};
  } catch {
    return {};
  }
}

/** Warnings of the synthesis about what the doctor checks by itself. */
const CHECKED_ELSEWHERE = ['rejoin:storm'];
/** Warnings that don't matter for the local deployment. */
const NOT_LOCAL = ['rejoin:noAlarmTopic'];

/**
 * Reads the settings as the CDK app does.
 * @param file as `-c settings=` takes it. Undefined: settings.json, else cdk.json's
 * @returns no settings if they cannot be deployed. The findings say why.
 */
export function checkSettings(
  file: string | undefined,
  directory: string,
  { local }: { local: boolean },
): { settings?: Settings; findings: Finding[] } {
  let name = file ?? 'settings';
  try {
    const context = cdkContext(directory);
    const source = findSettings((key) => (key === 'settings' ? file : context[key]), directory);
    name = source.name;
    const settings = parseSettings(source.input);
    const silent = [...CHECKED_ELSEWHERE, ...(local ? NOT_LOCAL : [])];
    const warnings = warningsFor(settings)
      .filter(({ id }) => !silent.includes(id))
      .map(({ message }) => warning(name, message, 'change it, or leave it if it is meant so'));
    const groups = settings.streamGroups.length;
    const fine = ok(name, `can be deployed: ${groups} stream group${groups === 1 ? '' : 's'}`);
    return { settings, findings: [fine, ...warnings] };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { findings: error.lines.map((line) => settingsProblem(name, line)) };
  }
}

/** Most error lines of the settings say what to write after a semicolon. */
function settingsProblem(name: string, line: string): Finding {
  const [, says = line, todo = 'see docs/settings.md for what it takes'] =
    /^(.+?)[;:] ((?:write|did you mean) .+)$/.exec(line) ?? [];
  return { ...problem(name, says, todo), hides: 'everything but the settings' };
}
