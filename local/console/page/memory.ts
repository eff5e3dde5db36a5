const REMEMBERED = 'rejoin.remembered';

/** What a tab knows of its session over a reload: names and a number, no secret among them. */
export interface Remembered {
  streamSessionId: string;
  connectionId?: string;
  counter?: number;
  /** It was playing when it went, or on its way to. */
  playing: boolean;
}

/** What this tab knew before it was reloaded. */
export function remembered(storage: Storage = sessionStorage): Remembered | undefined {
  const text = storage.getItem(REMEMBERED);
  return text === null ? undefined : (JSON.parse(text) as Remembered);
}

/** Keeps what is known for the next visit of this tab. */
export function remember(known: Remembered, storage: Storage = sessionStorage): void {
  storage.setItem(REMEMBERED, JSON.stringify(known));
}
