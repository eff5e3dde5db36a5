import { query } from '../aws/query.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { element, members } from '../aws/xml.ts';
import { type Finding, ok, problem, unreadable, warning } from './finding.ts';
import type { Part } from './stack-parts.ts';

const TYPES = new Set(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']);
/** As many names as DescribeAlarms takes at once. */
const MOST_NAMES = 100;

/** How our alarms describe themselves: name, meaning, and the page with a chapter of that name. */
const DESCRIPTION = /^(\w+): (.+)\. See (docs\/[\w-]+\.md)(?:#[\w-]+)?$/;
/** Of the alarms on a burnt budget: the whole one rings, and has a chapter. */
const PART = /^A part of \w+, which rings/;

/** An operator looked into a session, or ended one: `AdminShellUsed`, `TerminateUsed`. */
const USED = /Used$/;

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

/** @returns `part` for a part of another alarm, which does not ring; undefined where the description is none of ours */
export function readDescription(
  description: string,
): { chapter: string; means: string; page: string } | 'part' | undefined {
  if (PART.test(description)) return 'part';
  const [, chapter, means, page] = DESCRIPTION.exec(description) ?? [];
  if (chapter === undefined || means === undefined || page === undefined) return undefined;
  return { chapter, means, page };
}

function rings(member: string): Finding[] {
  const name = element(member, 'AlarmName') ?? 'an alarm without a name';
  const read = readDescription(element(member, 'AlarmDescription') ?? '');
  if (read === 'part') return [];
  if (read === undefined) return [problem(`alarm ${name}`, 'rings', 'docs/runbook.md, if it is one of ours')];
  const { chapter, means, page } = read;
  // That an operator looked into a session is somebody's to know, and no trouble of the players'.
  const level = USED.test(chapter) ? warning : problem;
  return [level(`alarm ${chapter}`, `rings: ${means}`, `${page}, chapter ${chapter}`)];
}
