import { styleText } from 'node:util';
import { json, printable } from '../cli/print.ts';
import type { Finding } from './finding.ts';

/** Signs can be told apart without colour too. */
const SIGNS = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  unknown: ['?', 'cyan'],
  problem: ['✗', 'red'],
} as const;

const numberOf = (findings: readonly Finding[], level: Finding['level']) =>
  findings.filter((finding) => finding.level === level).length;

/** A finding in one line: what was checked, the result, what to do. */
function line({ level, subject, says, todo }: Finding): string {
  const [sign, colour] = SIGNS[level];
  const text = printable(`${subject}: ${says}${todo === undefined ? '' : ` → ${todo}`}`);
  return `${styleText(colour, sign, { stream: process.stdout })} ${text}`;
}

/** The IAM actions that the credentials lack, each once. */
const missingActions = (findings: readonly Finding[]): string[] =>
  [...new Set(findings.flatMap(({ missingAction }) => missingAction ?? []))].toSorted();

/** What could not be checked, each once. */
const unchecked = (findings: readonly Finding[]): string[] => [
  ...new Set(
    findings.flatMap(({ level, subject, hides }) => (level === 'unknown' ? subject : (hides ?? []))),
  ),
];

const notTried = (findings: readonly Finding[]): string[] => [
  ...new Set(findings.flatMap((finding) => finding.notTried ?? [])),
];

function summary(findings: readonly Finding[]): string[] {
  const part = (level: Finding['level'], one: string, several: string) => {
    const number = numberOf(findings, level);
    return number === 0 ? [] : [`${number} ${number === 1 ? one : several}`];
  };
  const parts = [
    ...part('problem', 'problem', 'problems'),
    ...part('warning', 'warning', 'warnings'),
    ...part('unknown', 'could not be checked', 'could not be checked'),
  ];
  const unknown = unchecked(findings);
  const actions = missingActions(findings);
  const untried = notTried(findings);
  return [
    parts.length === 0 ? 'Everything that was checked is fine.' : `${parts.join(', ')}.`,
    ...(unknown.length === 0 ? [] : [`Not known: ${unknown.join('; ')}.`]),
    ...(actions.length === 0 ? [] : [`IAM actions that these credentials lack: ${actions.join(', ')}.`]),
    ...(untried.length === 0 ? [] : [`Not tried: ${untried.join('; ')}.`]),
  ].map(printable);
}

/** @returns 1 if there is a problem, else 2 if something could not be checked, else 0 */
export function exitCode(findings: readonly Finding[]): 0 | 1 | 2 {
  if (numberOf(findings, 'problem') > 0) return 1;
  return numberOf(findings, 'unknown') > 0 ? 2 : 0;
}

/** @returns the text for standard output, without the last line feed */
export function report(findings: readonly Finding[], asJson: boolean): string {
  if (!asJson) return [...findings.map(line), '', ...summary(findings)].join('\n');
  return json({
    ok: numberOf(findings, 'problem') === 0,
    complete: unchecked(findings).length === 0,
    missingActions: missingActions(findings),
    notTried: notTried(findings),
    findings,
  });
}
