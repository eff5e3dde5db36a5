import { describe, expect, test } from 'vitest';
import { createPlayer, granted, listed, refused, session } from './fakes.ts';

const GROUP = '/v1/streamgroups/sg-1/streamsessions';
const next = { ...session, streamSessionId: 'ss-2' };
const asked = (player: ReturnType<typeof createPlayer>, from = 0) =>
  player.calls.slice(from).map(({ method, path }) => `${method} ${path}`);

describe('a start that replaces the session', () => {
  test('ends the one that plays, and starts another; the page sees connecting from the first moment', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push({ status: 204, afterMs: 300 }, granted('c-2', { streamSession: next }));
    const started = player.stream.start({ applicationIdentifier: 'a-2' }, { replace: true });
    expect(player.stream.state.name).toBe('connecting');
    expect(player.sdks[0]?.closed).toBe(true);
    await player.clock.advance(2000);
    expect(await started).toMatchObject({ name: 'connected', session: next, connectionId: 'c-2' });
    expect(asked(player, 1)).toEqual([`DELETE ${GROUP}/ss-1`, `POST ${GROUP}`]);
    expect(player.calls.at(-1)?.body).toMatchObject({ applicationIdentifier: 'a-2' });
  });

  test('finds the newest session after a reload; without one it only starts', async () => {
    const player = createPlayer();
    player.replies.push(listed(session), { status: 204 }, granted('c-1', { streamSession: next }));
    void player.stream.start({}, { replace: true });
    await player.clock.advance(2000);
    expect(asked(player)).toEqual(['GET /v1/streamsessions', `DELETE ${GROUP}/ss-1`, `POST ${GROUP}`]);

    const another = createPlayer();
    another.replies.push(listed(), granted('c-1'));
    void another.stream.start({}, { replace: true });
    await another.clock.advance(2000);
    expect(asked(another)).toEqual(['GET /v1/streamsessions', `POST ${GROUP}`]);
    expect(another.stream.state.name).toBe('connected');
  });

  test('repeats the end until AWS takes it, and the start with its own key: one session is ended, one is started', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(
      refused(409, 'session_not_terminable', 'same', { retryAfterMs: 2000 }),
      'unreachable',
      { status: 204 },
      'unreachable',
      granted('c-2', { streamSession: next }),
    );
    void player.stream.start({}, { replace: true });
    await player.clock.advance(15_000);
    expect(player.stream.state).toMatchObject({ name: 'connected', session: next });
    expect(player.calls.slice(1).map(({ method }) => method)).toEqual([
      'DELETE',
      'DELETE',
      'DELETE',
      'POST',
      'POST',
    ]);
    const [first, second] = player.calls.slice(-2);
    expect(second?.key).toBe(first?.key);
    expect(second?.body).toEqual(first?.body);
  });

  test.each([
    refused(410, 'stream_session_ended', 'never'),
    refused(404, 'stream_session_not_found', 'never'),
  ])('starts where the old session is over already', async (reply) => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(reply, granted('c-2', { streamSession: next }));
    void player.stream.start({}, { replace: true });
    await player.clock.advance(2000);
    expect(player.stream.state).toMatchObject({ name: 'connected', session: next });
  });

  test('starts nothing where the old session can’t be ended: the player would lose what plays, and be refused', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(refused(500, 'broker_misconfigured', 'never'));
    const started = player.stream.start({}, { replace: true });
    await player.clock.advance(2000);
    expect(await started).toMatchObject({
      name: 'ended',
      reason: 'refused',
      code: 'broker_misconfigured',
      session,
    });
    expect(player.calls.at(-1)?.method).toBe('DELETE');
  });

  test('that is refused shows no session: the old one is gone', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push({ status: 204 }, refused(403, 'start_not_allowed', 'never'));
    const started = player.stream.start({}, { replace: true });
    await player.clock.advance(2000);
    expect(await started).toEqual({
      name: 'ended',
      reason: 'refused',
      code: 'start_not_allowed',
      status: 403,
      detail: 'start_not_allowed.',
    });
  });

  test('has all of a start’s time after the end', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push(
      { status: 204, afterMs: 9000 },
      { ...Object(granted('c-2', { streamSession: next })), afterMs: 1000 },
    );
    void player.stream.start({}, { replace: true });
    const before = player.stream.state;
    await player.clock.advance(9100);
    expect(player.stream.state).toMatchObject({ name: 'connecting' });
    if (before.name !== 'connecting' || player.stream.state.name !== 'connecting')
      throw new Error('not connecting');
    expect(player.stream.state.givesUpAt).toBeGreaterThan(before.givesUpAt);
  });

  test('is joined by a start that does not replace', async () => {
    const player = createPlayer();
    await player.playing();
    player.replies.push({ status: 204, afterMs: 300 }, granted('c-2', { streamSession: next }));
    const both = [player.stream.start({}, { replace: true }), player.stream.start()];
    await player.clock.advance(2000);
    const [first, second] = await Promise.all(both);
    expect(second).toBe(first);
    expect(asked(player, 1)).toHaveLength(2);
  });

  test('can be aborted in between: the old session is ended, and no new one begins', async () => {
    const player = createPlayer();
    await player.playing();
    const abort = new AbortController();
    player.replies.push({ status: 204, afterMs: 300 });
    const started = player.stream.start({}, { replace: true, signal: abort.signal });
    await player.clock.advance(100);
    abort.abort();
    await player.clock.advance(2000);
    expect(await started).toMatchObject({ name: 'ended', reason: 'aborted' });
    expect(player.calls.at(-1)?.method).toBe('DELETE');
    expect(player.clock.pending()).toBe(0);
  });
});
