/** The words of a report on a lost stream. The client uses them, and the log has no others. */

/** What became of a lost stream. */
export const OUTCOMES = ['healed', 'replaced', 'given_up'] as const;

/** The sign by which the page noticed the loss. */
export const LOSSES = [
  'silence',
  'stalled',
  'frozen',
  'disconnected',
  'offline',
  'failed',
  'channel_error',
  'server_disconnect',
] as const;

/** Why a stream did not come back: the reasons of the client's state `ended`. */
export const ENDINGS = [
  'idle',
  'terminated',
  'session_ended',
  'no_session',
  'taken_over',
  'held_by_tab',
  'expired',
  'refused',
  'signed_out',
  'failed',
  'ended_by_player',
  'closed',
  'aborted',
] as const;
