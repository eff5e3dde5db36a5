/** A fetch that can lose an answer on its way back, as a network does: the request has taken effect all the same. */
export interface LosingFetch {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** The next granted connection will not arrive; or, with false, it will after all. */
  lose(next: boolean): void;
}

/** @param lost called when an answer was lost */
export function createLosingFetch(lost: () => void, send: typeof fetch = fetch): LosingFetch {
  let losing = false;
  return {
    async fetch(url, init) {
      const response = await send(url, init);
      if (!losing || !response.ok || !new URL(url).pathname.endsWith('/connections')) return response;
      losing = false;
      lost();
      // What a failed fetch is in every browser.
      throw new TypeError('The answer was lost.');
    },
    lose(next) {
      losing = next;
    },
  };
}
