import { query } from '../operator/query.ts';
import type { Signer } from '../operator/signed-fetch.ts';
import { element, members } from '../operator/xml.ts';
import { type Finding, ok, problem, unreadable, warning } from './finding.ts';
import type { Part } from './stack-parts.ts';

const TYPES = new Set(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']);
/** As many names as DescribeAlarms takes at once. */
const MOST_NAMES = 100;

/** How our alarms describe themselves: name, meaning, and the page with a chapter of that name. */
const DESCRIPTION = /^(\w+): (.+)\. See (docs\/[\w-]+\.md)$/;
/** Of the alarms on a burnt budget: the whole one rings, and has a chapter. */
const PART = /^A part of \w+, which rings/;

/** Whether an alarm of a stack's rings now. */
export async function checkAlarms(
  signer: Signer,
  stackName: string,
  parts: readonly Part[],
): Promise<Finding[]> {
  const subject = `alarms of ${stackName}`;
  const names = parts.filter(({ type }) => TYPES.has(type)).map(({ name }) => name.split(':alarm:').at(-1));
  if (names.length === 0) return [];
  const ringing: string[] = [];
  try {
    for (let from = 0; from < names.length; from += MOST_NAMES) {
      const some = names.slice(from, from + MOST_NAMES);
      const xml = await query(signer, 'cloudwatch', {
        Action: 'DescribeAlarms',
        Version: '2010-08-01',
        StateValue: 'ALARM',
        MaxRecords: String(MOST_NAMES),
        // Without this, composite alarms are left out.
        'AlarmTypes.member.1': 'MetricAlarm',
        'AlarmTypes.member.2': 'CompositeAlarm',
        ...Object.fromEntries(some.map((name, at) => [`AlarmNames.member.${at + 1}`, name ?? ''])),
      });
      ringing.push(...members(xml, 'MetricAlarms'), ...members(xml, 'CompositeAlarms'));
    }
  } catch (error) {
    return [unreadable(subject, { service: 'CloudWatch', action: 'cloudwatch:DescribeAlarms' }, error)];
  }
  const findings = ringing.flatMap(rings);
  return findings.length > 0 ? findings : [ok(subject, `none of ${names.length} rings`)];
}

function rings(member: string): Finding[] {
  const name = element(member, 'AlarmName') ?? 'an alarm without a name';
  const description = element(member, 'AlarmDescription') ?? '';
  if (PART.test(description)) return [];
  const [, chapter = name, means = 'it is in ALARM', page = 'docs/runbook.md'] =
    DESCRIPTION.exec(description) ?? [];
  // That an operator looked into a session is somebody's to know, and no trouble of the players'.
  const level = page === 'docs/operator.md' ? warning : problem;
  return [level(`alarm ${chapter}`, `rings: ${means}`, `${page}, chapter ${chapter}`)];
}
