import { budgetsOf } from './budgets.ts';
import { type ConditionRecoveries, POLICY_NAMES, policiesOf, sentenceOf } from './conditions.ts';
import { type Figures, figuresOf } from './figures.ts';

/** The report's head. */
export function reportHead(cuts: number): string {
  return `${cuts} losses of each kind; seconds from the loss, median (95 of 100)

${row('', ['noticed', 'answered', 'next frame', ''])}`;
}

/** The figures of one kind of loss: a row a policy, and whether its budgets are held. */
export function reportPart(entry: ConditionRecoveries): string {
  const { condition } = entry;
  return [
    '',
    sentenceOf(condition),
    ...policiesOf(entry).map(([policy, each]) => {
      const figures = figuresOf(each);
      return row(`  ${POLICY_NAMES[policy]}`, [
        pair(figures.detectMs, figures.detectP95Ms),
        pair(figures.answerMs, figures.answerP95Ms),
        pair(figures.frameMs, figures.frameP95Ms),
        remark(figures, policy === 'rejoin' && condition.how === 'blackout'),
      ]);
    }),
    ...budgetsOf(entry).map(({ sentence, held }) => `  budget ${held ? 'held' : 'BROKEN'}: ${sentence}`),
  ].join('\n');
}

/** The report's end. */
export const REPORT_FOOT = `
Nothing: a page with the Web SDK that plays and does nothing at a loss. By hand: a new offer when the browser's connectionState says
disconnected or failed, and one more each second while it is refused. The next frame is the first one shown that was sent after the loss;
"never": not within the seconds that AWS would take to notice and 30. Functions are warm.`;

function row(label: string, cells: readonly string[]): string {
  return `${label.padEnd(12)}${cells.map((cell) => cell.padStart(18)).join('')}`.trimEnd();
}

function remark({ never, healed }: Figures, saysHealed: boolean): string {
  const remarks = [
    ...(saysHealed ? [`${healed} healed`] : []),
    ...(never > 0 ? [`${never} never back`] : []),
  ];
  return remarks.join(', ');
}

function pair(median: number | null, late: number | null): string {
  return median === null && late === null ? '-' : `${seconds(median)} (${seconds(late)})`;
}

function seconds(ms: number | null): string {
  return ms === null ? '-' : (ms / 1000).toFixed(2);
}
