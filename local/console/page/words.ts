import type { Model, State } from './model.ts';
import type { Refusal } from './problem.ts';

/** The buttons of the page, by their test ids. */
export type Button = 'sign-in' | 'start' | 'resume' | 'reconnect' | 'cut-blackhole' | 'cut-close' | 'end';

/** What lies over the picture while nothing plays. */
export interface Curtain {
  title: string;
  text: string;
  busy: boolean;
  buttons: Partial<Record<Button, string>>;
}

/** The state in a word or two. */
export const STATE_NAMES: Record<State, string> = {
  'signed-out': 'Signed out',
  ready: 'Ready',
  connecting: 'Connecting',
  connected: 'Playing',
  lost: 'Stream lost',
  reconnecting: 'Reconnecting',
  ended: 'Ended',
};

/** The curtain for a model; undefined while the stream plays. */
export function curtainOf(model: Model): Curtain | undefined {
  const { state, player = 'you', session, takenOver } = model;
  const curtain = (title: string, text: string, buttons: Curtain['buttons'], busy = false): Curtain => ({
    title,
    text,
    busy,
    buttons,
  });

  if (state === 'connected') return undefined;
  if (state === 'signed-out') {
    const text =
      'This page plays against the deployment on this machine: the API as it is deployed, and a real stream.';
    return curtain('A dropped player, back in the game', text, { 'sign-in': 'Sign in' });
  }
  if (state === 'ready' && session !== undefined) {
    const where = session.location === undefined ? '' : ` in ${session.location}`;
    const text = `It was started at ${clock(session.createdAt)}${where} and has kept your place.`;
    return curtain('Your session is still there', text, { resume: 'Come back to your session' });
  }
  if (state === 'ready') {
    return curtain('Ready to play', `A new stream session will be ${player}’s alone.`, {
      start: 'Start a session',
    });
  }
  if (state === 'connecting') {
    return curtain('Starting your session', 'A machine is being found for your game.', {}, true);
  }
  if (state === 'reconnecting') {
    return curtain('Coming back', 'The session is running; only your connection to it is new.', {}, true);
  }
  if (state === 'lost' && takenOver) {
    const text = 'You came back to this session from somewhere else, so this tab stays out of it.';
    return curtain('Playing on another device', text, { resume: 'Play here instead' });
  }
  if (state === 'lost') {
    const seconds = session?.connectionTimeoutSeconds ?? 120;
    const text = `The session runs on and waits ${seconds} s for you from the moment AWS notices.`;
    return curtain('The stream is lost', text, { reconnect: 'Reconnect' });
  }
  return curtain('The session has ended', 'What was played in it is over; a new session starts fresh.', {
    start: 'Start a new session',
  });
}

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

/** Why a session has ended, by AWS's status reason. */
export function endingSentence(statusReason: string | undefined): string {
  return ENDINGS[statusReason ?? ''] ?? 'The session is over. Start a new one to play again.';
}

/** The Web SDK's own words for a server's goodbye. */
export function goodbyeSentence(reason: string): string {
  return reason === 'idle' ? endingSentence('idleTimeout') : endingSentence('apiTerminated');
}

/** Why the page waits. */
export function waitSentence({ code, queuePosition, detail }: Refusal): string {
  if (code === 'session_not_reconnectable')
    return 'AWS has not noticed the loss yet; it refuses until it does.';
  if (code === 'paced') {
    const place = queuePosition === undefined ? '' : ` You are number ${queuePosition} in line.`;
    return `Many players are coming back at once.${place}`;
  }
  if (code === 'connection_in_progress')
    return 'An earlier request for this session is still being answered.';
  return detail;
}

/** The same in a few words, true during the wait and after it. */
export function waitReason({ code, detail }: Refusal): string {
  if (code === 'session_not_reconnectable') return 'AWS had not noticed the loss yet';
  if (code === 'paced') return 'many players were coming back at once';
  if (code === 'connection_in_progress') return 'an earlier request was still being answered';
  return detail;
}

function clock(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime())
    ? 'an unknown time'
    : at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
