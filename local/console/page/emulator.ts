import type { StreamSession } from './api.ts';
import type { Cut } from './model.ts';

/**
 * Has the emulator cut a session's connection, as a network or a server would.
 *
 * @throws Error with a sentence for the player when it can't be asked or refuses.
 */
export async function cutConnection(
  base: string,
  { streamSessionId }: StreamSession,
  how: Cut,
): Promise<void> {
  const address = `${base.replace(/\/+$/, '')}/_emulator/streamsessions/${encodeURIComponent(streamSessionId)}/drop`;
  let response: Response;
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ how }),
    });
  } catch {
    throw new Error('The emulator can’t be reached, so nothing was cut. Check that npm start still runs.');
  }
  if (!response.ok)
    throw new Error(`The emulator would not cut this connection: it answered ${response.status}.`);
}
