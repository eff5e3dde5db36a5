/** What the words of a report on a lost stream mean. They stand apart from the words, so that no function's bundle has them. */
import type { ENDINGS, LOSSES } from './recovery-report.ts';

/** The signs of a loss. */
export const LOSS_MEANINGS: Readonly<Record<(typeof LOSSES)[number], string>> = {
  silence: 'No packet of any kind.',
  stalled: 'No video, although other packets come.',
  frozen: 'Video packets come, but are not decoded.',
  disconnected: 'No packet, and the browser calls the connection disconnected.',
  offline: 'No packet, and the browser is offline.',
  failed: 'The browser has given the connection up.',
  channel_error: 'A data channel broke, as after a clean close.',
  server_disconnect: 'The server closed the connection for a reason that the client does not know.',
};

/** The reasons for which a stream ends. */
export const ENDING_MEANINGS: Readonly<Record<(typeof ENDINGS)[number], string>> = {
  idle: 'AWS ended the session after an hour without input.',
  terminated: 'AWS ended the session because it was terminated.',
  session_ended: 'The session is over.',
  no_session: 'There is no session to come back to.',
  taken_over: 'Another device or tab of the player has the stream; `resume({ insist: true })` takes it back.',
  held_by_tab: 'Another tab of this browser holds the stream; `resume({ insist: true })` takes it over.',
  expired: 'The time for reconnecting is over.',
  refused: 'The API refused for good.',
  signed_out: 'There is no access token, or the API accepts none and the last one has expired.',
  failed: 'The Web SDK, or the function that makes its object, keeps failing.',
  ended_by_player: '`end()` ended the session.',
  closed: '`close()` was called. The session goes on.',
  aborted: "The caller's signal was aborted. The session goes on.",
};
