import type { Stream } from 'rejoin-client';
import { createFakeStream } from 'rejoin-client/testing';
import { expect, test } from 'vitest';

/** The page's own code: what the player reads. */
function title({ state }: Stream<unknown>): string {
  if (state.name === 'ended') return state.reason === 'taken_over' ? 'You play somewhere else.' : 'Over.';
  const place = state.name === 'reconnecting' ? state.wait?.queuePosition : undefined;
  return place === undefined ? state.name : `You are number ${place} in line.`;
}

test('a player who comes back in a storm reads the place in line, and plays on', () => {
  const fake = createFakeStream();
  // In a real test the page's Play button calls this.
  fake.stream.start({ applicationIdentifier: 'a-9ZY8X7Wv6' });
  expect(fake.calls).toEqual([{ method: 'start', args: [{ applicationIdentifier: 'a-9ZY8X7Wv6' }] }]);
  fake.connect();
  fake.lose({ why: 'silence' });
  fake.progress({ attempt: 1, wait: { code: 'paced', until: Date.now() + 5000, queuePosition: 3 } });
  expect(title(fake.stream)).toBe('You are number 3 in line.');
  fake.heal();
  expect(title(fake.stream)).toBe('connected');
});

test('a player who moved to another device reads so', () => {
  const fake = createFakeStream();
  fake.stream.resume();
  fake.connect();
  fake.lose();
  fake.end({ reason: 'taken_over', by: 'device' });
  expect(title(fake.stream)).toBe('You play somewhere else.');
  // A step that a real stream can't take is refused, so that a test can't rest on it.
  expect(() => fake.heal()).toThrow('A stream that is ended is not on its way');
});
