import { at, button, checkbox, write } from './elements.ts';
import { number } from './game.ts';
import { type Model, phaseOf, sessionOf } from './model.ts';
import { rowsOf } from './timeline.ts';
import { renderCurtain } from './view-curtain.ts';
import { renderTimeline } from './view-timeline.ts';
import { PHASE_NAMES } from './words.ts';

/** Shows a model; `now` is on the clock of `Date.now`. */
export function render(model: Model, now: number): void {
  const { faults } = model;
  const phase = phaseOf(model);
  const session = sessionOf(model);
  const focused = document.activeElement;
  const signedIn = phase !== 'signed-out';

  document.title = signedIn ? `${PHASE_NAMES[phase]} · Rejoin console` : 'Rejoin console';
  at('state').dataset.state = phase;
  write(at('state'), PHASE_NAMES[phase]);
  write(at('news'), model.news);
  at('news').dataset.failed = String(model.failed);

  at('who').hidden = !signedIn;
  write(at('player'), model.player ?? '');
  at('controls').hidden = !signedIn;
  at('story').hidden = !signedIn;

  renderCurtain(model, now);
  at('last-frame').hidden = phase !== 'reconnecting' && phase !== 'lost' && phase !== 'elsewhere';
  at('steps').hidden = signedIn;
  at('tally').hidden = model.counter === undefined || ['signed-out', 'ready', 'ended'].includes(phase);
  write(at('counter'), model.counter === undefined ? '–' : number(model.counter));
  write(at('frames'), number(model.frames));

  for (const cut of ['cut-blackhole', 'cut-blackout', 'cut-close'])
    button(cut).disabled = phase !== 'connected';
  button('leave').disabled = !['connecting', 'connected', 'reconnecting'].includes(phase);
  button('end').disabled = session === undefined || phase === 'ending';
  checkbox('slow').disabled = session === undefined;
  checkbox('slow').checked = faults.slow;
  checkbox('throttle').checked = faults.throttled;
  button('lose').setAttribute('aria-pressed', String(faults.losing));

  at('return').hidden = model.lastReturn === undefined;
  write(at('return'), model.lastReturn ?? '');
  renderTimeline(rowsOf(model.moments));
  write(at('session-id'), session?.streamSessionId ?? 'none');
  write(at('session-location'), session?.location ?? '–');
  write(
    at('session-patience'),
    session === undefined ? '–' : `${session.connectionTimeoutSeconds} s after a loss`,
  );
  keepFocus(focused);
}

/** Moves the keyboard focus when the focused button disappears. */
function keepFocus(focused: Element | null): void {
  const gone = focused instanceof HTMLButtonElement && (focused.disabled || focused.offsetParent === null);
  if (!gone) return;
  const next = [...document.querySelectorAll<HTMLButtonElement>('#actions button:not([hidden])')].find(
    (candidate) => candidate.offsetParent !== null,
  );
  (next ?? at('news')).focus();
}
