import type { StackResource } from '../aws/cloudformation.ts';
import { type AlarmDescription, describeAlarms } from '../aws/cloudwatch.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { checkAlarmExpressions } from './alarm-expressions.ts';
import { type Finding, ok, problem, unreadable, warning } from './finding.ts';

const TYPES = new Set(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']);

/** The description of our alarms: name, meaning, and the page with a chapter of that name, a path or a URL. */
const DESCRIPTION = /^(\w+): (.+)\. See ([^\s#]+)(?:#[\w-]+)?$/;
/**
 * The description of an alarm that is half of a composite alarm; a stack of an older version says "A part of". Only the
 * composite alarm notifies, and has a chapter.
 */
const PART = /^(?:Half of \w+, for|A part of \w+, which rings)/;

/** Alarms for what an operator did: `AdminShellUsed`, `TerminateUsed`. */
const USED = /Used$/;

/** Lists the alarms of a stack that are in alarm state, and checks what all of them evaluate. */
export async function checkAlarms(
  signer: Signer,
  stackName: string,
  resources: readonly StackResource[],
  now: number,
): Promise<Finding[]> {
  const subject = `alarms of ${stackName}`;
  const names = resources
    .filter(({ type }) => TYPES.has(type))
    .map(({ name }) => name.split(':alarm:').at(-1) ?? name);
  if (names.length === 0) return [];
  let described: AlarmDescription[];
  try {
    described = await describeAlarms(signer, names);
  } catch (error) {
    return [unreadable(subject, { service: 'CloudWatch', action: 'cloudwatch:DescribeAlarms' }, error)];
  }
  const expressions = await checkAlarmExpressions(signer, stackName, described, now);
  const findings = described.filter(({ state }) => state === 'ALARM').flatMap(alarmFindings);
  const alarms = findings.length > 0 ? findings : [ok(subject, `none of ${names.length} rings`)];
  return [...alarms, ...expressions];
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

function alarmFindings({ name, description }: AlarmDescription): Finding[] {
  const read = readDescription(description);
  if (read === 'part') return [];
  if (read === undefined) return [problem(`alarm ${name}`, 'rings', 'docs/runbook.md, if it is one of ours')];
  const { chapter, means, page } = read;
  const where = page.startsWith('https://')
    ? `${page}#${chapter.toLowerCase()}`
    : `${page}, chapter ${chapter}`;
  // An operator who uses a session is worth a warning, but no problem for players.
  const level = USED.test(chapter) ? warning : problem;
  return [level(`alarm ${chapter}`, `rings: ${means}`, where)];
}
