import type { StackResource } from '../aws/cloudformation.ts';
import { query } from '../aws/query.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { element, members } from '../aws/xml.ts';
import { type Finding, ok, problem, unreadable, warning } from './finding.ts';

const TYPES = new Set(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']);
/** The maximum of names in one DescribeAlarms. */
const MAX_NAMES = 100;

/** The description of our alarms: name, meaning, and the page with a chapter of that name. */
const DESCRIPTION = /^(\w+): (.+)\. See (docs\/[\w-]+\.md)(?:#[\w-]+)?$/;
/** The description of an alarm that is a part of a composite alarm. Only the composite alarm notifies, and has a chapter. */
const PART = /^A part of \w+, which rings/;

/** Alarms for what an operator did: `AdminShellUsed`, `TerminateUsed`. */
const USED = /Used$/;

/** Lists the alarms of a stack that are in alarm state. */
export async function checkAlarms(
  signer: Signer,
  stackName: string,
  resources: readonly StackResource[],
): Promise<Finding[]> {
  const subject = `alarms of ${stackName}`;
  const names = resources
    .filter(({ type }) => TYPES.has(type))
    .map(({ name }) => name.split(':alarm:').at(-1));
  if (names.length === 0) return [];
  const inAlarm: string[] = [];
  try {
    for (let from = 0; from < names.length; from += MAX_NAMES) {
      const batch = names.slice(from, from + MAX_NAMES);
      const xml = await query(signer, 'cloudwatch', {
        Action: 'DescribeAlarms',
        Version: '2010-08-01',
        StateValue: 'ALARM',
        MaxRecords: String(MAX_NAMES),
        // Without this, AWS leaves out composite alarms.
        'AlarmTypes.member.1': 'MetricAlarm',
        'AlarmTypes.member.2': 'CompositeAlarm',
        ...Object.fromEntries(batch.map((name, at) => [`AlarmNames.member.${at + 1}`, name ?? ''])),
      });
      inAlarm.push(...members(xml, 'MetricAlarms'), ...members(xml, 'CompositeAlarms'));
    }
  } catch (error) {
    return [unreadable(subject, { service: 'CloudWatch', action: 'cloudwatch:DescribeAlarms' }, error)];
  }
  const findings = inAlarm.flatMap(alarmFindings);
  return findings.length > 0 ? findings : [ok(subject, `none of ${names.length} rings`)];
}

/** @returns `part` for a part of a composite alarm, which notifies nobody by itself; undefined if it is not Rejoin's */
export function readDescription(
  description: string,
): { chapter: string; means: string; page: string } | 'part' | undefined {
  if (PART.test(description)) return 'part';
  const [, chapter, means, page] = DESCRIPTION.exec(description) ?? [];
  if (chapter === undefined || means === undefined || page === undefined) return undefined;
  return { chapter, means, page };
}

function alarmFindings(member: string): Finding[] {
  const name = element(member, 'AlarmName') ?? 'an alarm without a name';
  const read = readDescription(element(member, 'AlarmDescription') ?? '');
  if (read === 'part') return [];
  if (read === undefined) return [problem(`alarm ${name}`, 'rings', 'docs/runbook.md, if it is one of ours')];
  const { chapter, means, page } = read;
  // An operator who uses a session is worth a warning, but no problem for players.
  const level = USED.test(chapter) ? warning : problem;
  return [level(`alarm ${chapter}`, `rings: ${means}`, `${page}, chapter ${chapter}`)];
}
