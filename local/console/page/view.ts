import { number } from './game.ts';
import type { Model } from './model.ts';
import { type Row, rowsOf } from './timeline.ts';
import { type Button, curtainOf, STATE_NAMES } from './words.ts';

const CURTAIN_BUTTONS: readonly Button[] = ['sign-in', 'start', 'resume', 'reconnect'];

/** An element of index.html, which is part of this program: a missing one is a mistake in it. */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} #${id}`);
  return found;
}

const at = (id: string) => element(id, HTMLElement);
const button = (id: Button) => element(id, HTMLButtonElement);

/** Writes only what differs: rewriting a live region would have it read out again. */
function write(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows a model; `now` is on the clock of `Date.now`. */
export function render(model: Model, now: number): void {
  const { state, session } = model;
  const focused = document.activeElement;
  const signedIn = state !== 'signed-out';

  document.title = signedIn ? `${STATE_NAMES[state]} · Rejoin console` : 'Rejoin console';
  at('state').dataset.state = state;
  write(at('state'), STATE_NAMES[state]);
  write(at('news'), model.news);
  at('news').dataset.failed = String(model.failed);

  at('who').hidden = !signedIn;
  write(at('player'), model.player ?? '');
  at('controls').hidden = !signedIn;
  at('story').hidden = !signedIn;

  renderCurtain(model, now);
  at('last-frame').hidden = state !== 'lost' && state !== 'reconnecting';
  at('steps').hidden = signedIn;
  at('tally').hidden = model.counter === undefined || ['signed-out', 'ready', 'ended'].includes(state);
  write(at('counter'), model.counter === undefined ? '–' : number(model.counter));
  write(at('frames'), number(model.frames));

  for (const cut of ['cut-blackhole', 'cut-close'] as const) button(cut).disabled = state !== 'connected';
  button('end').disabled = session === undefined || state === 'ended';
  element('automatic', HTMLInputElement).checked = model.automatic;

  at('return').hidden = model.lastReturn === undefined;
  write(at('return'), model.lastReturn?.replace(' → ', '\u00a0→\u00a0') ?? '');
  renderTimeline(rowsOf(model.moments));
  write(at('session-id'), session?.streamSessionId ?? 'none');
  write(at('session-location'), session?.location ?? '–');
  write(
    at('session-patience'),
    session === undefined ? '–' : `${session.connectionTimeoutSeconds} s after a loss`,
  );
  keepFocus(focused);
}

function renderCurtain(model: Model, now: number): void {
  const curtain = curtainOf(model);
  at('curtain').hidden = curtain === undefined;
  at('stage').dataset.dimmed = String(curtain !== undefined);
  if (curtain === undefined) return;
  write(at('title'), curtain.title);
  write(at('text'), curtain.text);
  at('spinner').hidden = !curtain.busy;
  for (const id of CURTAIN_BUTTONS) {
    const label = curtain.buttons[id];
    button(id).hidden = label === undefined;
    if (label !== undefined) write(button(id), label);
  }
  const left = model.waitUntil === undefined ? 0 : model.waitUntil - now;
  at('countdown').hidden = left <= 0;
  write(at('countdown'), left <= 0 ? '' : `Next try in ${Math.ceil(left / 1000)} s`);
}

let shown = '';

function renderTimeline(rows: readonly Row[]): void {
  const text = JSON.stringify(rows);
  if (text === shown) return;
  shown = text;
  at('no-moments').hidden = rows.length > 0;
  at('timeline').replaceChildren(
    ...rows.map(({ kind, since, label, detail }) => {
      const item = document.createElement('li');
      item.dataset.kind = kind;
      item.append(span('since', since), span('label', label));
      if (detail !== undefined) item.append(span('detail', detail));
      return item;
    }),
  );
}

function span(className: string, text: string): HTMLElement {
  const made = document.createElement('span');
  made.className = className;
  made.textContent = text;
  return made;
}

/** A button that has done its work disappears; whoever used it by keyboard goes on where the page does. */
function keepFocus(focused: Element | null): void {
  const gone = focused instanceof HTMLButtonElement && (focused.disabled || focused.offsetParent === null);
  if (!gone) return;
  const next = [...document.querySelectorAll<HTMLButtonElement>('#actions button:not([hidden])')].find(
    (candidate) => candidate.offsetParent !== null,
  );
  (next ?? at('news')).focus();
}
