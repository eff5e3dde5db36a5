import { POLICIES, POLICY_NAMES, type Recoveries, sentenceOf } from './conditions.ts';
import { figuresOf } from './figures.ts';

/** The figures for people: a row a policy, under a heading for each kind of cut. */
export function recoveryTable(cuts: number, recoveries: Recoveries): string {
  const lines = recoveries.flatMap(({ condition, of }) => [
    '',
    sentenceOf(condition),
    ...POLICIES.map((policy) => {
      const each = figuresOf(of[policy]);
      return row(`  ${POLICY_NAMES[policy]}`, [
        `${seconds(each.detectMs)} (${seconds(each.detectP95Ms)})`,
        `${seconds(each.answerMs)} (${seconds(each.answerP95Ms)})`,
        `${seconds(each.frameMs)} (${seconds(each.frameP95Ms)})`,
      ]);
    }),
  ]);
  return `${cuts} cuts of each kind; seconds from the cut, median (95 of 100)

${[row('', ['noticed', 'answered', 'next frame']), ...lines].join('\n')}

By hand: a new offer when the browser's connectionState says disconnected or failed, and one more each second while it is refused.
Functions are warm.`;
}

function row(label: string, cells: readonly string[]): string {
  return `${label.padEnd(12)}${cells.map((cell) => cell.padStart(18)).join('')}`.trimEnd();
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
