const REMEMBERED = 'rejoin.remembered';

/** What a tab remembers of its session over a reload: ids and a number, no secret. */
export interface Remembered {
  streamSessionId: string;
  connectionId?: string;
  counter?: number;
  /** The tab played, or was connecting, before the reload. */
  playing: boolean;
}

/** Reads what this tab remembers. */
export function remembered(storage: Storage = sessionStorage): Remembered | undefined {
  const text = storage.getItem(REMEMBERED);
  return text === null ? undefined : (JSON.parse(text) as Remembered);
}

/** Keeps it for the next visit of this tab. */
export function remember(known: Remembered, storage: Storage = sessionStorage): void {
  storage.setItem(REMEMBERED, JSON.stringify(known));
}
