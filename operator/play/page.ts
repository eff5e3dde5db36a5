import type { Page } from 'playwright-core';

/** A moment of the page's timeline. */
export interface Shown {
  kind: string;
  text: string;
}

/** What `--check` does on the console page, and what it reads there. */
export interface DrivenPage {
  /** The phase, such as `connected`. */
  state(): Promise<string>;
  /** The page's latest sentence. */
  news(): Promise<string>;
  click(button: 'start' | 'resume' | 'leave' | 'end'): Promise<void>;
  /** Whether the page offers a button now. */
  offers(button: 'start' | 'resume' | 'leave' | 'end'): Promise<boolean>;
  timeline(): Promise<Shown[]>;
  /** Frames that the browser has decoded on the present connection. */
  frames(): Promise<number>;
  /**
   * Resolves when the page is in one of the phases.
   * @throws Error in a sentence when it is not in time, or is in a phase from which it comes back to none of them
   */
  becomes(wanted: readonly string[], withinMs: number): Promise<string>;
}

const EVERY_MS = 100;
/** In these, the page waits for the player. */
const STUCK = ['signed-out', 'ended', 'lost', 'elsewhere'];

/** A page that has loaded. */
export function drive(page: Page): DrivenPage {
  const text = async (id: string) =>
    ((await page.getByTestId(id).textContent()) ?? '').replaceAll('\u00a0', ' ').trim();
  const state = async () => (await page.getByTestId('state').getAttribute('data-state')) ?? '';
  const driven: DrivenPage = {
    state,
    news: () => text('status'),
    click: (button) => page.getByTestId(button).click(),
    offers: async (button) =>
      (await page.getByTestId(button).isVisible()) && (await page.getByTestId(button).isEnabled()),
    timeline: () =>
      page.evaluate<Shown[]>(`[...document.querySelectorAll('#timeline li')].map((row) => ({
        kind: row.dataset.kind,
        text: [...row.children].map((part) => part.textContent.replaceAll('\\u00a0', ' ')).join('  '),
      }))`),
    frames: async () => Number((await text('frames')).replaceAll(/\D/g, '')),
    async becomes(wanted, withinMs) {
      const until = performance.now() + withinMs;
      for (;;) {
        const now = await state();
        if (wanted.includes(now)) return now;
        const late = performance.now() > until;
        if (late || STUCK.includes(now)) {
          const after = late ? ` after ${Math.round(withinMs / 1000)} s` : '';
          throw new Error(`The page is "${now}"${after}: ${await driven.news()}`);
        }
        await page.waitForTimeout(EVERY_MS);
      }
    },
  };
  return driven;
}
