/** The counter in a message of the demonstration game; undefined for any other message. */
export function counterOf(message: Uint8Array): number | undefined {
  try {
    const state = JSON.parse(new TextDecoder().decode(message)) as unknown;
    if (typeof state !== 'object' || state === null || !('type' in state) || state.type !== 'state')
      return undefined;
    return 'counter' in state && Number.isSafeInteger(state.counter) ? (state.counter as number) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The sentence about a reconnect. The game's counter shows whether it is the same session.
 * @param after undefined where the game sends no counter
 */
export function returnSentence(
  seconds: number,
  before: number | undefined,
  after: number | undefined,
): string {
  const back = `Back in ${seconds.toFixed(1)} s`;
  if (after === undefined) return `${back}.`;
  if (before === undefined) return `${back}, the counter is at ${number(after)}.`;
  if (after < before) {
    return `${back}, but the counter restarted: ${number(before)} → ${number(after)}. This is another game.`;
  }
  return `${back}, counter went on: ${number(before)} → ${number(after)}, nothing lost.`;
}

/** The sentence about a healed connection. @param seconds how long nothing of the stream arrived */
export function healedSentence(
  seconds: number,
  before: number | undefined,
  after: number | undefined,
): string {
  const healed = `Healed after ${seconds.toFixed(1)} s, nothing was replaced`;
  if (after === undefined) return `${healed}.`;
  return before === undefined
    ? `${healed}; the counter is at ${number(after)}.`
    : `${healed}; counter went on: ${number(before)} → ${number(after)}, nothing lost.`;
}

/** A number as the page shows it everywhere. */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}
