import { describe, expect, test } from 'vitest';
import { createPlayer, fakeLocks, granted, listed, session } from './fakes.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** Two tabs of one browser. */
function twoTabs(locks = fakeLocks()) {
  const clock = createVirtualClock();
  return {
    clock,
    first: createPlayer({ clock, environment: { locks } }),
    second: createPlayer({ clock, environment: { locks } }),
  };
}

describe('two tabs of one player', () => {
  test('do not fight: the second one shows that the first holds the stream, and sends no request', async () => {
    const { clock, first, second } = twoTabs();
    await first.playing();
    second.replies.push(listed(session));
    const resumed = second.stream.resume();
    await clock.advance(2000);
    expect(await resumed).toEqual({ name: 'ended', session, reason: 'held_by_tab' });
    expect(second.calls.map(({ method }) => method)).toEqual(['GET']);
    expect(first.stream.state.name).toBe('connected');
    expect(clock.pending()).toBe(1);
  });

  test('change places when the player insists in the second, and the first shows that it was taken over', async () => {
    const { clock, first, second } = twoTabs();
    await first.playing();
    second.replies.push(listed(session), granted('c-2'));
    void second.stream.resume({ insist: true });
    await clock.advance(2000);
    expect(first.stream.state).toEqual({ name: 'ended', session, reason: 'taken_over', by: 'tab' });
    expect(first.sdk().closed).toBe(true);
    expect(second.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });

    first.replies.push(listed(session), granted('c-3'));
    void first.stream.resume({ insist: true });
    await clock.advance(2000);
    expect(second.stream.state).toMatchObject({ reason: 'taken_over', by: 'tab' });
    expect(first.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
  });

  test.each<[string, (player: ReturnType<typeof createPlayer>) => void]>([
    ['was closed', (player) => player.stream.close()],
    ['said goodbye', (player) => player.sdk().connection.serverDisconnect('idle')],
  ])('follow one another where the first %s', async (_what, leave) => {
    const { clock, first, second } = twoTabs();
    await first.playing();
    leave(first);
    second.replies.push(listed(session), granted('c-2'));
    void second.stream.resume();
    await clock.advance(2000);
    expect(second.stream.state).toMatchObject({ name: 'connected' });
  });

  test('each keep their own stream where they play different sessions', async () => {
    const { clock, first, second } = twoTabs();
    await first.playing();
    second.replies.push(listed({ ...session, streamSessionId: 'ss-2' }), granted('c-2'));
    void second.stream.resume();
    await clock.advance(2000);
    expect([first, second].map(({ stream }) => stream.state.name)).toEqual(['connected', 'connected']);
  });
});

describe('a reloaded tab', () => {
  test('waits a moment until the browser releases its old lock', async () => {
    const { clock, first, second } = twoTabs();
    await first.playing();
    second.replies.push(listed(session), granted('c-2'));
    void second.stream.resume();
    await clock.advance(500);
    first.stream.close();
    await clock.advance(500);
    expect(second.stream.state).toMatchObject({ name: 'connected' });
  });

  test('keeps the lock while it reconnects, so that no other tab gets the stream', async () => {
    const { clock, first, second } = twoTabs();
    await first.playing();
    first.sdk().connection.channelError(new Event('error'));
    await clock.advance(500);
    second.replies.push(listed(session));
    void second.stream.resume();
    await clock.advance(2000);
    expect(second.stream.state).toMatchObject({ reason: 'held_by_tab' });
  });
});

describe('a lock', () => {
  test.each<[string, () => Promise<never>]>([
    ['rejects', () => Promise.reject(new DOMException('insecure', 'SecurityError'))],
    [
      'throws',
      () => {
        throw new DOMException('insecure', 'SecurityError');
      },
    ],
  ])('that the browser refuses (%s) does not stop the player', async (_what, request) => {
    const player = createPlayer({ environment: { locks: { request } } });
    await player.playing();
    expect(player.stream.state.name).toBe('connected');
  });

  test('that comes after the player has left is released', async () => {
    const { clock, first, second } = twoTabs();
    await first.playing();
    second.replies.push(listed(session));
    void second.stream.resume();
    await clock.advance(500);
    second.stream.close();
    first.stream.close();
    await clock.advance(10);
    const third = createPlayer({ clock, environment: { locks: second.environment.locks } });
    third.replies.push(listed(session), granted('c-3'));
    void third.stream.resume();
    await clock.advance(100);
    expect(third.stream.state.name).toBe('connected');
    expect(second.stream.state).toMatchObject({ reason: 'closed' });
  });

  test('that is granted in the moment of the time-out is released', async () => {
    const locks = fakeLocks();
    let grantLate = () => {};
    const late: typeof locks = {
      request: (name, _options, callback) =>
        new Promise((resolve, reject) => {
          grantLate = () => void locks.request(name, {}, callback).then(resolve, reject);
        }),
    };
    const player = createPlayer({ environment: { locks: late } });
    player.replies.push(listed(session));
    void player.stream.resume();
    await player.clock.advance(1000);
    grantLate();
    await player.clock.advance(10);
    expect(player.stream.state).toMatchObject({ reason: 'held_by_tab' });
    const other = createPlayer({ clock: player.clock, environment: { locks } });
    other.replies.push(listed(session), granted('c-2'));
    void other.stream.resume();
    await player.clock.advance(100);
    expect(other.stream.state.name).toBe('connected');
  });
});
