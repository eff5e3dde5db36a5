/** What a stream needs from its environment. A browser has all of it; tests pass their own. */
export interface Environment {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Milliseconds since the epoch when the page was loaded, and measured from there: no clock that is set makes it jump. */
  now(): number;
  setTimeout(action: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** In [0, 1). */
  random(): number;
  /** A new idempotency key: 1 to 255 visible ASCII characters. */
  uuid(): string;
  /** `navigator.locks`; null where there are none. */
  locks: LocksLike | null;
  /** `window`, for its `online`; null outside a page. */
  events: EventsLike | null;
  /** `navigator.onLine`. */
  online(): boolean;
  /** Whether the page is visible. */
  visible(): boolean;
}

/** The part of `navigator.locks` that is used. */
export interface LocksLike {
  request(
    name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<unknown>;
}

/** The part of `window` that is used. */
export interface EventsLike {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** The parts of a browser that may exist. */
interface Surroundings {
  navigator?: { locks?: LocksLike; onLine?: boolean };
  crypto?: { randomUUID?(): string };
  document?: { visibilityState?: string };
}

/** The browser's environment, with the caller's replacements. */
export function environmentOf(given: Partial<Environment> = {}): Environment {
  const here = globalThis as unknown as Surroundings;
  const { navigator, crypto } = here;
  return {
    // A browser's functions must be called on the window.
    fetch: fetch.bind(globalThis),
    now: () => performance.timeOrigin + performance.now(),
    setTimeout: setTimeout.bind(globalThis),
    clearTimeout: clearTimeout.bind(globalThis) as (timer: unknown) => void,
    random: Math.random,
    // Only secure contexts have randomUUID. A page on plain http in development is none.
    uuid: () => crypto?.randomUUID?.() ?? String(Math.random()),
    locks: navigator?.locks ?? null,
    events: here.document === undefined ? null : (globalThis as unknown as EventsLike),
    online: () => navigator?.onLine !== false,
    visible: () => here.document?.visibilityState !== 'hidden',
    ...given,
  };
}
