import type { Clock } from '../model/clock.ts';
import { advance, apply, type Life, type LifeEvent, nextChangeAt } from '../model/lifecycle.ts';
import type { Settings } from '../model/settings.ts';

/** Carries one stream session's life through time: applies events, and makes each timed change when it is due. */
export class LifeClock {
  readonly #settings: () => Settings;
  readonly #changed: (before: Life) => void;
  #life: Life;
  readonly #clock: Clock;
  #cancel: () => void = () => {};
  #isStopped = false;

  /** @param changed called after each change of the status */
  constructor(start: Life, settings: () => Settings, changed: (before: Life) => void, clock: Clock) {
    this.#life = start;
    this.#clock = clock;
    this.#settings = settings;
    this.#changed = changed;
    this.#schedule();
  }

  get life(): Life {
    return this.#life;
  }

  dispatch(event: LifeEvent): void {
    this.tick();
    this.#become(apply(this.#life, event, this.#clock.now()));
    if (event.type !== 'input') this.tick();
  }

  /** Makes the changes that are due, then sleeps until the next one. Call it too when a setting has changed a duration. */
  tick(): void {
    const now = this.#clock.now();
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
    this.#cancel();
  }

  #become(life: Life): void {
    const before = this.#life;
    this.#life = life;
    if (life.status !== before.status) this.#changed(before);
  }

  #schedule(): void {
    this.#cancel();
    if (this.#isStopped) return;
    const at = nextChangeAt(this.#life, this.#settings());
    if (at === undefined) return;
    this.#cancel = this.#clock.at(at, () => this.tick());
  }
}
