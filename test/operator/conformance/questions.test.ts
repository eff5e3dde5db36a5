import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, mergeSettings } from '../../../emulator/model/settings.ts';
import { settingsOf } from '../../../operator/conformance/observations.ts';
import {
  noticed,
  oldPeerAfterAnswer,
  oldPeerAfterLoss,
  refusal,
  shownResponse,
} from '../../../operator/conformance/questions.ts';
import { table } from '../../../operator/conformance/report.ts';
import type { Seen } from '../../../operator/conformance/seen.ts';

const seen = (changes: Partial<Seen> = {}): Seen => ({
  frames: 100,
  iceResponses: 10,
  states: ['connected'],
  channelErrors: 0,
  goodbyes: [],
  ...changes,
});
const value = ({ value }: { value?: unknown }) => value;

describe('what AWS did becomes the emulator’s setting', () => {
  test.each([
    ['frames', { frames: 101, iceResponses: 11 }, 'resumes'],
    ['responses to ICE checks alone', { iceResponses: 11 }, 'stunOnly'],
    ['nothing', {}, 'dead'],
  ] as const)('an old connection from which %2$j came after its loss: %3$s', (_what, later, expected) => {
    expect(value(oldPeerAfterLoss(seen(), seen(later)))).toBe(expected);
  });

  test.each([
    ['still when the new one had played for a while', [110, 120, 130], 'never'],
    ['until the new one played', [110, 120, 120], 'untilNewConnects'],
    ['not after the answer', [100, 100, 100], 'cut'],
  ] as const)(
    'an old connection that streamed %s',
    (_when, [beforeApplied, atNewPicture, later], expected) => {
      const [end] = oldPeerAfterAnswer({
        atAnswer: seen(),
        beforeApplied: seen({ frames: beforeApplied }),
        atNewPicture: seen({ frames: atNewPicture }),
        later: seen({ frames: later }),
      });
      expect(end).toMatchObject({ setting: 'oldPeerAfterAnswer', value: expected });
    },
  );

  test.each<[string, Partial<Seen>]>([
    ['terminated', { goodbyes: ['terminated'], channelErrors: 2 }],
    ['close', { channelErrors: 1 }],
    ['close', { states: ['connected', 'closed'] }],
    ['nothing', { states: ['connected', 'disconnected'] }],
  ])('a replaced connection that received %s', (expected, changes) => {
    const [, heard] = oldPeerAfterAnswer({
      atAnswer: seen(),
      beforeApplied: seen(),
      atNewPicture: seen(),
      later: seen(changes),
    });
    expect(heard).toMatchObject({ setting: 'replacedPeerHears', value: expected });
  });

  test('a connection that is never ended has received nothing, and no setting says what', () => {
    const end = oldPeerAfterAnswer({
      atAnswer: seen(),
      beforeApplied: seen({ frames: 110 }),
      atNewPicture: seen({ frames: 120 }),
      later: seen({ frames: 130 }),
    });
    expect(end).toHaveLength(1);
  });

  test('the signal response that GetStreamSession shows', () => {
    const responses = { first: 'a', newest: 'b' };
    expect(value(shownResponse('b', responses))).toBe('newest');
    expect(value(shownResponse('a', responses))).toBe('first');
    expect(value(shownResponse(undefined, responses))).toBe('absent');
    expect(value(shownResponse('c', responses))).toBeUndefined();
  });

  test('the median of the losses, so that one slow poll changes nothing', () => {
    expect(noticed([14.96, 40, 15.04])).toMatchObject({ saw: '15.0, 40.0, 15.0 s', value: 15 });
    expect(value(noticed([]))).toBeUndefined();
  });

  test('an error that the emulator cannot give is shown, and changes no setting', () => {
    const about = 'a reconnect while CONNECTED';
    const known = refusal(about, 'connectWhileConnected', { ok: false, error: 'ValidationException' });
    const other = refusal(about, 'connectWhileConnected', { ok: false, error: 'TeapotException' });
    expect([value(known), value(other)]).toEqual(['ValidationException', undefined]);
    expect(other.saw).toContain('TeapotException');
    expect(settingsOf([known])).toEqual({ connectWhileConnected: 'ValidationException' });
    expect(settingsOf([other])).toEqual({});
  });

  test('settings that the emulator takes as they are', () => {
    const observations = [
      noticed([2.5]),
      oldPeerAfterLoss(seen(), seen()),
      shownResponse('b', { first: 'a', newest: 'b' }),
      refusal('x', 'reusedOffer', { ok: true, value: '' }),
    ];
    expect(mergeSettings(DEFAULT_SETTINGS, settingsOf(observations))).toMatchObject({
      lossNoticeSeconds: 2.5,
      oldPeerAfterLoss: 'dead',
      signalResponseAfterReconnect: 'newest',
      reusedOffer: 'accept',
    });
  });
});

test('the table marks what differs from the emulator, and not a time that only was measured', () => {
  const observations = [
    noticed([2.6]),
    refusal('a reconnect while CONNECTED', 'connectWhileConnected', { ok: true, value: '' }),
    { about: 'an offer without sense', saw: 'AWS took it' },
  ];
  const lines = table(observations, { ...DEFAULT_SETTINGS, lossNoticeSeconds: 2 }).slice(1);
  expect(lines.map((line) => line.startsWith('!'))).toEqual([false, true, false]);
  expect(lines[2]).toContain('has no setting');
});
