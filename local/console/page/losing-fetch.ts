/** A fetch that can lose a response, as a network does. The request has taken effect nevertheless. */
export interface LosingFetch {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** With true, the response to the next granted connection is lost. */
  lose(next: boolean): void;
}

/** @param lost called when a response was lost */
export function createLosingFetch(lost: () => void, send: typeof fetch = fetch): LosingFetch {
  let losing = false;
  return {
    async fetch(url, init) {
      const response = await send(url, init);
      if (!losing || !response.ok || !new URL(url).pathname.endsWith('/connections')) return response;
      losing = false;
      lost();
      // Every browser throws this for a failed fetch.
      throw new TypeError('The answer was lost.');
    },
    lose(next) {
      losing = next;
    },
  };
}
