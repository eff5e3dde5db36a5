import { at, button, write } from './elements.ts';
import { number } from './game.ts';
import type { Model } from './model.ts';
import { type Button, curtainOf } from './words.ts';

const BUTTONS: readonly Button[] = ['sign-in', 'start', 'resume', 'insist'];

/** Shows the curtain over the picture while nothing plays. */
export function renderCurtain(model: Model, now: number): void {
  const curtain = curtainOf(model);
  at('curtain').hidden = curtain === undefined;
  at('stage').dataset.dimmed = String(curtain !== undefined);
  if (curtain === undefined) return;
  write(at('title'), curtain.title);
  write(at('text'), curtain.text);
  at('spinner').hidden = !curtain.busy;
  for (const id of BUTTONS) {
    const label = curtain.buttons[id];
    button(id).hidden = label === undefined;
    if (label !== undefined) write(button(id), label);
  }
  renderWaiting(model, now);
}

/** Shows the numbers of a reconnect: the attempt, the time until the next one, the place in the queue, and the time left. */
function renderWaiting({ stream }: Model, now: number): void {
  const trying =
    stream.name === 'reconnecting' || (stream.name === 'connecting' && stream.session !== undefined);
  at('waiting').hidden = !trying;
  if (!trying) return;
  const { attempt, wait, givesUpAt } = stream;
  tile('attempt', attempt > 0, String(attempt));
  const left = (wait?.until ?? now) - now;
  tile('countdown', wait !== undefined, left > 0 ? `${(left / 1000).toFixed(1)} s` : 'now');
  tile('queue-position', wait?.queuePosition !== undefined, number(wait?.queuePosition ?? 0));
  tile('time-left', true, minutes(givesUpAt - now));
}

function tile(id: string, shown: boolean, text: string): void {
  const value = at(id);
  if (value.parentElement !== null) value.parentElement.hidden = !shown;
  if (shown) write(value, text);
}

function minutes(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
