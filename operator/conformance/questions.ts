import type { Settings } from '../../emulator/model/settings.ts';
import type { Outcome } from './calls.ts';
import type { Observation } from './observations.ts';
import type { Seen } from './seen.ts';

/** What one more call did, as a value of the setting that decides it. */
export function refusal(
  about: string,
  setting: Observation['setting'],
  outcome: Outcome<unknown>,
): Observation {
  return outcome.ok
    ? { about, saw: 'AWS took it', setting, value: 'accept' }
    : { about, saw: `AWS refused it with ${outcome.error}`, setting, value: emulatedError(outcome.error) };
}

/** Errors that the emulator can give. Others are shown, and change no setting. */
const KNOWN = ['ConflictException', 'ValidationException', 'ResourceNotFoundException'] as const;

function emulatedError(error: string): (typeof KNOWN)[number] | undefined {
  return KNOWN.find((known) => known === error);
}

/** What is left of a connection after AWS has noticed its loss, by what it saw then and some seconds later. */
export function oldPeerAfterLoss(before: Seen, after: Seen): Observation {
  const about = 'the old connection, when its packets flow again after AWS has noticed the loss';
  const setting = 'oldPeerAfterLoss';
  if (after.frames > before.frames) return { about, saw: 'it streams again', setting, value: 'resumes' };
  return after.iceResponses > before.iceResponses
    ? { about, saw: 'it answers ICE checks, and streams nothing', setting, value: 'stunOnly' }
    : { about, saw: 'nothing comes from it', setting, value: 'dead' };
}

/**
 * When the old connection ended, and what it received.
 * @param seen of the old connection: before the answer for the new one was applied, when the new one played, and some seconds later
 */
export function oldPeerAfterAnswer(seen: {
  atAnswer: Seen;
  beforeApplied: Seen;
  atNewPicture: Seen;
  later: Seen;
}): Observation[] {
  const { atAnswer, beforeApplied, atNewPicture, later } = seen;
  const streams = (from: Seen, to: Seen) => to.frames > from.frames;
  const end: Settings['oldPeerAfterAnswer'] = streams(atNewPicture, later)
    ? 'never'
    : streams(atAnswer, beforeApplied)
      ? 'untilNewConnects'
      : 'cut';
  const words = {
    cut: 'it ended when AWS answered',
    untilNewConnects: 'it streamed until the new one played',
    never: 'it streamed on',
  };
  const about = 'the old connection, when AWS answers for a new one';
  const ended: Observation = { about, saw: words[end], setting: 'oldPeerAfterAnswer', value: end };
  if (end === 'never') return [ended];
  const heard: Settings['replacedPeerHears'] = later.goodbyes.includes('terminated')
    ? 'terminated'
    : later.channelErrors > 0 || later.states.includes('closed')
      ? 'close'
      : 'nothing';
  const hears = {
    terminated: 'the goodbye "terminated"',
    close: 'a clean close',
    nothing: 'nothing',
  };
  return [
    ended,
    {
      about: 'what the old connection receives then',
      saw: hears[heard],
      setting: 'replacedPeerHears',
      value: heard,
    },
  ];
}

/** Which signal response GetStreamSession shows after a reconnect. */
export function shownResponse(
  shown: string | undefined,
  responses: { first: string; newest: string },
): Observation {
  const about = 'SignalResponse of GetStreamSession after a reconnect';
  const setting = 'signalResponseAfterReconnect';
  if (shown === undefined) return { about, saw: 'it is absent', setting, value: 'absent' };
  if (shown === responses.newest) return { about, saw: 'it is the newest', setting, value: 'newest' };
  return shown === responses.first
    ? { about, saw: 'it is that of the start', setting, value: 'first' }
    : { about, saw: 'it is neither of the two that AWS has given' };
}

/** How long AWS took to notice a silent client, in seconds, by the median of its losses. */
export function noticed(seconds: readonly number[]): Observation {
  const sorted = seconds.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const shown = seconds.map((each) => each.toFixed(1)).join(', ');
  return {
    about: 'how long AWS takes to notice a silent client',
    saw: median === undefined ? 'it noticed none' : `${shown} s`,
    setting: 'lossNoticeSeconds',
    ...(median === undefined ? {} : { value: Number(median.toFixed(1)) }),
  };
}
