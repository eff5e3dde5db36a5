import { at, made } from './elements.ts';
import { number } from './game.ts';
import type { Row, Step } from './timeline.ts';

const STEPS: Record<Step, string> = {
  noticing: 'to notice',
  offer: 'to make an offer',
  waiting: 'waiting',
  answer: 'to be answered',
  picture: 'to the picture',
  network: 'until the network was back',
};

let shown = '';

/** Shows the moments as a list, and as a bar how long each step took. */
export function renderTimeline(rows: readonly Row[]): void {
  const text = JSON.stringify(rows);
  if (text === shown) return;
  shown = text;
  at('no-moments').hidden = rows.length > 0;
  at('timeline').replaceChildren(...rows.map(item));
  at('split').replaceChildren(...rows.flatMap(segment));
  at('split').hidden = rows.length < 2;
}

function item({ kind, sinceMs, label, detail, step }: Row): HTMLElement {
  const row = made('li', '');
  row.dataset.kind = kind;
  row.append(made('span', 'since', `${number(Math.round(sinceMs))} ms`), made('span', 'label', label));
  if (step !== undefined) {
    const between = made('span', 'step', `+${number(Math.round(step.ms))}`);
    between.dataset.step = step.on;
    between.title = `${number(Math.round(step.ms))} ms ${STEPS[step.on]}`;
    row.append(between);
  }
  if (detail !== undefined) row.append(made('span', 'detail', detail));
  return row;
}

function segment({ step }: Row): HTMLElement[] {
  if (step === undefined) return [];
  const part = made('span', '');
  part.dataset.step = step.on;
  part.style.flexGrow = String(Math.max(1, step.ms));
  return [part];
}
