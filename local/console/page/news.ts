import type { ReconnectingState, StreamState } from '../../../client/src/index.ts';
import { endingSentence, lossReason, waitSentence } from './sentences.ts';

/** Endings that are no failure. */
const NORMAL_ENDINGS: readonly string[] = [
  'ended_by_player',
  'closed',
  'aborted',
  'taken_over',
  'held_by_tab',
  'idle',
  'terminated',
];

function lossNews({ why, lostAt, healing }: ReconnectingState, now: number): string {
  const lost = `The stream is lost: ${lossReason(why, now - lostAt)}.`;
  return healing ? `${lost} It may come back by itself; the page requests a new connection meanwhile.` : lost;
}

/** The player's news about a new state of the stream, in one sentence; absent where the last one still holds. */
export function newsOf(state: StreamState, now: number): { news?: string; failed: boolean } {
  switch (state.name) {
    case 'idle':
      return { failed: false };
    case 'connecting':
      return {
        news: state.wait ? waitSentence(state.wait, false) : 'Asking for your stream.',
        failed: false,
      };
    case 'connected':
      return { news: 'The stream plays.', failed: false };
    case 'reconnecting': {
      if (state.wait) return { news: waitSentence(state.wait, true), failed: false };
      if (state.attempt > 0) return { failed: false };
      return { news: lossNews(state, now), failed: false };
    }
    case 'ending':
      return { news: 'Ending the session.', failed: false };
    case 'ended':
      if (state.reason === 'refused' && state.code === 'session_limit_reached')
        return { news: 'You have a session to come back to.', failed: false };
      return { news: endingSentence(state), failed: !NORMAL_ENDINGS.includes(state.reason) };
  }
}
