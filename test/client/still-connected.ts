import { type createPlayer, type FakeSdk, type Reply, refused, session } from './fakes.ts';

/** The API refuses a connection: AWS has not noticed the loss yet. */
export const CONNECTED = refused(409, 'session_not_reconnectable', 'newOffer', {
  retryAfterMs: 1000,
  streamSessionStatus: 'CONNECTED',
});
/** A status with the same meaning. */
export const STILL_CONNECTED: Reply = { status: 200, body: { streamSession: session } };

/** The first connection. */
export function old(player: ReturnType<typeof createPlayer>): FakeSdk {
  const [first] = player.sdks;
  if (first === undefined) throw new Error('no connection was made');
  return first;
}
