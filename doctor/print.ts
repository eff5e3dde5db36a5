import { styleText } from 'node:util';
import { json, printable } from '../operator/print.ts';
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

function summary(findings: readonly Finding[]): string {
  const number = (level: Finding['level'], one: string, several: string) => {
    const of = count(findings, level);
    return of === 0 ? [] : [`${of} ${of === 1 ? one : several}`];
  };
  const parts = [
    ...number('problem', 'problem', 'problems'),
    ...number('warning', 'warning', 'warnings'),
    ...number('unknown', 'could not be looked at', 'could not be looked at'),
  ];
  return parts.length === 0 ? 'All is well.' : `${parts.join(', ')}.`;
}

/** @returns what goes to standard output, without the last line feed. */
export function report(findings: readonly Finding[], asJson: boolean): string {
  if (asJson) return json({ ok: count(findings, 'problem') === 0, findings });
  return [...findings.map(line), '', summary(findings)].join('\n');
}
