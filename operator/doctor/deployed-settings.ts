import { operatorSettings, playerSettings } from '../../infra/settings/deployed.ts';
import { pathText } from '../../infra/settings/errors.ts';
import type { Settings } from '../../infra/settings/settings.ts';
import { getTemplate } from '../aws/cloudformation.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { settingsIn } from '../aws/template.ts';
import { type Finding, ok, unknown, unreadable, warning } from './finding.ts';
import type { Hints } from './hints.ts';

/** A value in at most 60 characters. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The paths at which two values differ. Lists of different length differ as a whole. */
function differences(
  deployed: unknown,
  written: unknown,
  path: (string | number)[] = [],
): { path: string; deployed: unknown; written: unknown }[] {
  if (Array.isArray(deployed) && Array.isArray(written) && deployed.length === written.length) {
    return written.flatMap((value, at) => differences(deployed[at], value, [...path, at]));
  }
  if (isObject(deployed) && isObject(written)) {
    const names = new Set([...Object.keys(written), ...Object.keys(deployed)]);
    return [...names].flatMap((name) => differences(deployed[name], written[name], [...path, name]));
  }
  if (JSON.stringify(deployed) === JSON.stringify(written)) return [];
  return [{ path: pathText(path), deployed, written }];
}

/** Compares the settings with those in a stack's deployed template. */
export async function checkDeployedSettings(
  signer: Signer,
  stackName: string,
  settings: Settings,
  { deploy }: Hints,
): Promise<Finding[]> {
  const subject = `settings of ${stackName}`;
  let template: string;
  try {
    template = await getTemplate(signer, stackName);
  } catch (error) {
    const call = { service: 'CloudFormation', action: 'cloudformation:GetTemplate' };
    return [unreadable(subject, call, error)];
  }
  const deployed = settingsIn(template);
  if (deployed === undefined) {
    return [unknown(subject, 'its template is not as this version writes it', `deploy again: ${deploy}`)];
  }
  const { alarmTopic, throttling, logs, memoryMb } = settings;
  const stackSettings =
    stackName === settings.stackName ? playerSettings(settings) : operatorSettings(settings);
  const changed = differences(deployed, { ...stackSettings, alarmTopic, throttling, logs, memoryMb });
  if (changed.length === 0) {
    return [
      ok(
        subject,
        'what is deployed has these settings',
        `whether the code of ${stackName} is this checkout's`,
      ),
    ];
  }
  return changed.map(({ path, deployed: old, written }) =>
    warning(
      path,
      `${shown(old)} is deployed in ${stackName}, and the settings say ${shown(written)}`,
      deploy,
    ),
  );
}
