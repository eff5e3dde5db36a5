import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from '../../infra/settings/errors.ts';
import { parseSettings, type Settings } from '../../infra/settings/settings.ts';
import { findSettings } from '../../infra/settings/source.ts';
import { warningsFor } from '../../infra/settings/warnings.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** The context that a CDK app in this directory starts with, as far as cdk.json says it. */
function cdkContext(directory: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(join(directory, 'cdk.json'), 'utf8')).context ?? {};
  } catch {
    return {};
  }
}

/** Warnings of the synthesis that have a look of their own here. */
const LOOKED_AT_ELSEWHERE = ['rejoin:storm'];
/** Nobody is called out of bed by a deployment on this machine. */
const NOT_HERE = ['rejoin:noAlarmTopic'];

/**
 * Reads the settings as the CDK app does.
 * @param file as `-c settings=` takes it; absent: settings.json, else cdk.json's.
 * @returns no settings where they cannot be deployed: the findings say why.
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
    const silent = [...LOOKED_AT_ELSEWHERE, ...(local ? NOT_HERE : [])];
    const warnings = warningsFor(settings)
      .filter(({ id }) => !silent.includes(id))
      .map(({ message }) => warning(name, message, 'change it, or leave it if it is meant so'));
    const groups = settings.streamGroups.length;
    const fine = ok(name, `can be deployed: ${groups} stream group${groups === 1 ? '' : 's'}`);
    return { settings, findings: [fine, ...warnings] };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { findings: error.lines.map((line) => refused(name, line)) };
  }
}

/** The sentences say themselves what to write, most of them after a semicolon. */
function refused(name: string, line: string): Finding {
  const [, says = line, todo = 'correct it as docs/deploy.md tables it'] =
    /^(.+?)[;:] ((?:write|did you mean) .+)$/.exec(line) ?? [];
  return { ...problem(name, says, todo), hides: 'everything but the settings' };
}
