import { styleText } from 'node:util';
import { json, printable } from '../commands/print.ts';
import type { Finding } from './finding.ts';

/** Each reads without its colour too. */
const SIGNS = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  unknown: ['?', 'cyan'],
  problem: ['✗', 'red'],
} as const;

const count = (findings: readonly Finding[], level: Finding['level']) =>
  findings.filter((finding) => finding.level === level).length;

/** One line: what it is about, what was found, what to do. */
function line({ level, subject, says, todo }: Finding): string {
  const [sign, colour] = SIGNS[level];
  const text = printable(`${subject}: ${says}${todo === undefined ? '' : ` → ${todo}`}`);
  return `${styleText(colour, sign, { stream: process.stdout })} ${text}`;
}

/** The IAM actions for want of which something could not be looked at, each once. */
const missingActions = (findings: readonly Finding[]): string[] =>
  [...new Set(findings.flatMap(({ missingAction }) => missingAction ?? []))].toSorted();

/** What nobody may take for looked at, each once. */
const unseen = (findings: readonly Finding[]): string[] => [
  ...new Set(
    findings.flatMap(({ level, subject, hides }) => (level === 'unknown' ? subject : (hides ?? []))),
  ),
];

const notTried = (findings: readonly Finding[]): string[] => [
  ...new Set(findings.flatMap((finding) => finding.notTried ?? [])),
];

function summary(findings: readonly Finding[]): string[] {
  const number = (level: Finding['level'], one: string, several: string) => {
    const of = count(findings, level);
    return of === 0 ? [] : [`${of} ${of === 1 ? one : several}`];
  };
  const parts = [
    ...number('problem', 'problem', 'problems'),
    ...number('warning', 'warning', 'warnings'),
    ...number('unknown', 'could not be looked at', 'could not be looked at'),
  ];
  const hidden = unseen(findings);
  const actions = missingActions(findings);
  const left = notTried(findings);
  return [
    parts.length === 0 ? 'All that was looked at is well.' : `${parts.join(', ')}.`,
    ...(hidden.length === 0 ? [] : [`Not known, so nothing vouches for it: ${hidden.join('; ')}.`]),
    ...(actions.length === 0 ? [] : [`IAM actions that these credentials lack: ${actions.join(', ')}.`]),
    ...(left.length === 0 ? [] : [`Not tried: ${left.join('; ')}.`]),
  ].map(printable);
}

/** @returns 0 where nothing is wrong, 1 where something is, 2 where nothing is known to be and not all could be looked at. */
export function exitCode(findings: readonly Finding[]): 0 | 1 | 2 {
  if (count(findings, 'problem') > 0) return 1;
  return count(findings, 'unknown') > 0 ? 2 : 0;
}

/** @returns what goes to standard output, without the last line feed. */
export function report(findings: readonly Finding[], asJson: boolean): string {
  if (!asJson) return [...findings.map(line), '', ...summary(findings)].join('\n');
  return json({
    ok: count(findings, 'problem') === 0,
    complete: unseen(findings).length === 0,
    missingActions: missingActions(findings),
    notTried: notTried(findings),
    findings,
  });
}
