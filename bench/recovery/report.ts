import { budgetsOf } from './budgets.ts';
import { type ConditionRecoveries, POLICY_NAMES, policiesOf, sentenceOf } from './conditions.ts';
import { type Figures, figuresOf } from './figures.ts';

/** The report's head. */
export function reportHead(cuts: number): string {
  return `${cuts} losses of each kind; seconds from the loss: median (95th percentile)

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
Nothing: a page with the Web SDK that does nothing after a loss. By hand: the page makes a new offer once the browser's connectionState
is disconnected or failed, and another one every second while AWS refuses. The next frame is the first shown frame that was sent after
the loss. "never": no such frame within 30 s after AWS would have noticed the loss. Functions are warm.`;

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
