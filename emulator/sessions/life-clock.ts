import { advance, apply, type Life, type LifeEvent, nextChangeAt } from '../model/lifecycle.ts';
import type { Settings } from '../model/settings.ts';

/** setTimeout's longest delay. The clock of a session that sleeps longer wakes in between. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Carries one stream session's life through time: applies events, and makes each timed change when it is due. */
export class LifeClock {
  readonly #settings: () => Settings;
  readonly #changed: (before: Life) => void;
  #life: Life;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param changed called after each change of the status */
  constructor(start: Life, settings: () => Settings, changed: (before: Life) => void) {
    this.#life = start;
    this.#settings = settings;
    this.#changed = changed;
    this.#schedule();
  }

  get life(): Life {
    return this.#life;
  }

  dispatch(event: LifeEvent): void {
    this.tick();
    this.#become(apply(this.#life, event, Date.now()));
    if (event.type !== 'input') this.tick();
  }

  /** Makes the changes that are due, then sleeps until the next one. Call it too when a setting has changed a duration. */
  tick(): void {
    const now = Date.now();
    // Step by step: each change of the status is reported.
    for (;;) {
      const at = nextChangeAt(this.#life, this.#settings());
      if (at === undefined || at > now) break;
      this.#become(advance(this.#life, at, this.#settings()));
    }
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #become(life: Life): void {
    const before = this.#life;
    this.#life = life;
    if (life.status !== before.status) this.#changed(before);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isStopped) return;
    const at = nextChangeAt(this.#life, this.#settings());
    if (at === undefined) return;
    const delay = Math.min(MAX_DELAY_MS, Math.max(0, at - Date.now()));
    this.#timer = setTimeout(() => this.tick(), delay).unref();
  }
}
