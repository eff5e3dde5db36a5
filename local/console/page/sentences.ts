import type { Code, Ending, Loss, Wait } from '../../../client/src/index.ts';

const ENDINGS: Record<string, string> = {
  internalError: 'GameLift Streams had an internal error. Start a new session.',
  invalidSignalRequest: 'GameLift Streams could not use this browser’s offer. Start a new session.',
  placementTimeout: 'No machine was free in time. Try again in a few minutes.',
  applicationLogS3DestinationError:
    'The game’s log destination is not writable: tell whoever runs this game.',
  assumeRoleFailed: 'The game’s role could not be assumed: tell whoever runs this game.',
  applicationExit: 'The game has quit. Start a new session to play again.',
  connectionTimeout: 'Nobody connected in time. Start a new session.',
  reconnectionTimeout: 'You were away longer than the session waits. Start a new session.',
  maxSessionLengthTimeout: 'The session reached its longest duration. Start a new session.',
  idleTimeout: 'Nobody played for an hour. Start a new session.',
  apiTerminated: 'The session was ended on request. Start a new session to play again.',
};
const OVER = 'The session is over. Start a new one to play again.';

/** The sentence about why a stream has ended, and what the player can do. */
export function endingSentence(ending: Ending): string {
  switch (ending.reason) {
    case 'session_ended':
      return ENDINGS[ending.statusReason ?? ''] ?? OVER;
    case 'idle':
      return ENDINGS.idleTimeout ?? OVER;
    case 'terminated':
      return ENDINGS.apiTerminated ?? OVER;
    case 'no_session':
      return 'The session is over. Start a new one to play again.';
    case 'taken_over':
      return ending.by === 'tab'
        ? 'Another tab of this browser has taken the stream.'
        : 'You play this session on another device.';
    case 'held_by_tab':
      return 'Another tab of this browser plays this session.';
    case 'expired':
      return `The time to come back is over. The last problem: ${reasonOf(ending.code)}.`;
    case 'refused':
      return ending.detail === ''
        ? `The API refused for good: ${reasonOf(ending.code)}.`
        : sentence(ending.detail);
    case 'signed_out':
      return 'Your sign-in has ended. Sign in again: a running session waits for you.';
    case 'failed':
      return `The browser could not connect: ${ending.error instanceof Error ? ending.error.message : ending.error}.`;
    case 'ended_by_player':
      return 'You ended the session.';
    case 'closed':
    case 'aborted':
      return 'You left the stream; the session runs on.';
  }
}

/** How a loss was noticed. */
export function lossReason(why: Loss, silentMs: number): string {
  const silent = `nothing came for ${(silentMs / 1000).toFixed(1)} s`;
  const reasons: Record<Loss, string> = {
    silence: silent,
    stalled: 'no picture came, although other packets did',
    frozen: 'video came, but could not be decoded',
    disconnected: `${silent}, and the browser says disconnected`,
    offline: `${silent}, and the browser is offline`,
    failed: 'the browser has given the connection up',
    channel_error: 'a data channel broke',
    server_disconnect: 'the server closed the connection',
  };
  return reasons[why];
}

const REASONS: Record<Code, string> = {
  invalid_request: 'the API did not understand this page',
  start_not_allowed: 'this account may not start a session',
  not_through_edge: 'the API must not be called at this address',
  stream_session_not_found: 'the session was not found',
  session_not_reconnectable: 'AWS still saw the last connection',
  taken_over: 'another device had the session',
  connection_in_progress: 'an earlier request was still being answered',
  session_limit_reached: 'another session was running',
  session_not_terminable: 'the session was still being set up',
  answer_lost: 'AWS’s answer was lost, and AWS does not repeat it',
  stream_session_ended: 'the session was over',
  idempotency_key_reused: 'a key was used twice',
  offer_reused: 'an offer was used twice',
  too_many_requests: 'too many requests came from this player',
  broker_misconfigured: 'the API has no permission at AWS',
  paced: 'many players were coming back at once',
  starts_paused: 'new sessions were paused',
  stream_group_unavailable: 'the stream group had no room',
  upstream_unavailable: 'AWS did not answer',
  upstream_timeout: 'AWS did not answer in time',
  gateway: 'the API’s gateway was busy',
  unreachable: 'the API could not be reached',
  timeout: 'the API did not answer in time',
  garbled: 'the answer could not be read',
  token_unavailable: 'the identity provider could not be reached',
  no_picture: 'no picture came',
};

/** The reason of a wait or a refusal, in words that are true during the wait and after it. */
export function reasonOf(code: Code | undefined): string {
  return code === undefined ? 'nothing answered' : REASONS[code];
}

/** Why the page waits. @param isReturn whether this page has lost the stream itself */
export function waitSentence({ code, queuePosition, mayBeTooLate }: Wait, isReturn: boolean): string {
  if (code === 'session_not_reconnectable')
    return isReturn
      ? 'AWS has not noticed the loss yet; it refuses until it does.'
      : 'AWS says that you are connected already; it accepts this page when the other one has left.';
  if (code !== 'paced') return `Trying again soon: ${reasonOf(code)}.`;
  const place = queuePosition === undefined ? '' : ` You are number ${queuePosition} in line.`;
  const late = mayBeTooLate === true ? ' The session may end before your turn.' : '';
  return `Many players are coming back at once.${place}${late}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
