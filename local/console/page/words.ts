import { type Model, type Phase, phaseOf, sessionOf } from './model.ts';
import { endingSentence, waitSentence } from './sentences.ts';

/** The buttons on the curtain, by their test ids. */
export type Button = 'sign-in' | 'start' | 'resume' | 'insist';

/** What lies over the picture while nothing plays. */
export interface Curtain {
  title: string;
  text: string;
  busy: boolean;
  buttons: Partial<Record<Button, string>>;
}

/** The phase in a word or two. */
export const PHASE_NAMES: Record<Phase, string> = {
  'signed-out': 'Signed out',
  looking: 'Looking',
  ready: 'Ready',
  connecting: 'Connecting',
  connected: 'Playing',
  reconnecting: 'Reconnecting',
  ending: 'Ending',
  elsewhere: 'Playing elsewhere',
  lost: 'Stream lost',
  ended: 'Ended',
};

/** The curtain for a model; undefined while the stream plays. */
export function curtainOf(model: Model): Curtain | undefined {
  const { stream, player = 'you' } = model;
  const session = sessionOf(model);
  const because = stream.name === 'ended' ? endingSentence(stream) : '';
  const curtain = (title: string, text: string, buttons: Curtain['buttons'] = {}): Curtain => ({
    title,
    text,
    busy: false,
    buttons,
  });
  const busy = (title: string, text: string): Curtain => ({ ...curtain(title, text), busy: true });

  switch (phaseOf(model)) {
    case 'connected':
      return undefined;
    case 'signed-out':
      return curtain(
        'A dropped player, back in the game',
        'This page plays a real stream through the API, as your players do.',
        { 'sign-in': 'Sign in' },
      );
    case 'looking':
      return busy('One moment', 'The page checks whether you have a session to come back to.');
    case 'ready': {
      if (session === undefined) {
        const text = `A new stream session will be ${player}’s alone.`;
        return curtain('Ready to play', text, { start: 'Start a session' });
      }
      const where = session.location === undefined ? '' : ` in ${session.location}`;
      const text = `It was started at ${clock(session.createdAt)}${where} and has kept your place.`;
      return curtain('Your session is still there', text, { resume: 'Come back to your session' });
    }
    case 'connecting':
      if (stream.name === 'connecting' && stream.wait !== undefined) {
        return busy(
          session === undefined ? 'Starting your session' : 'Connecting',
          waitSentence(stream.wait, false),
        );
      }
      return session === undefined || session.status === 'ACTIVATING'
        ? busy('Starting your session', 'AWS is looking for a machine for your game.')
        : busy('Connecting', 'The session is running. The page is connecting to it.');
    case 'reconnecting':
      return stream.name === 'reconnecting' && stream.healing
        ? busy(
            'Waiting for the network',
            'The connection is silent. It may come back by itself. Meanwhile the page requests a new one.',
          )
        : busy('Coming back', 'The session is running. Only your connection to it is new.');
    case 'ending':
      return busy('Ending the session', 'The game ends in a moment.');
    case 'elsewhere':
      return curtain('Playing elsewhere', because, { insist: 'Play here instead' });
    case 'lost':
      return curtain('The stream is lost', because, { resume: 'Try again' });
    case 'ended': {
      const never = stream.name === 'ended' && ['refused', 'expired', 'failed'].includes(stream.reason);
      const title = never ? 'No session was started' : 'The session has ended';
      return curtain(title, because, { start: 'Start a new session' });
    }
  }
}

function clock(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime())
    ? 'an unknown time'
    : at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
