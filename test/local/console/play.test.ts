import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { phaseOf } from '../../../local/console/page/model.ts';
import { curtainOf } from '../../../local/console/page/words.ts';
import { answer, createBench, mine, refuse, session } from './fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets timers and promises run for this many milliseconds. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a visit of the console', () => {
  test('offers the player’s session, and sends no reconnect before the player wants it', async () => {
    const bench = createBench();
    bench.replies.push(mine(session));
    await bench.play.begin('alice');

    expect(bench.model()).toMatchObject({ found: session, failed: false });
    expect(bench.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  test('reconnects a tab that played before it was reloaded, and names its last connection', async () => {
    const remembered = { streamSessionId: 'ss-1', connectionId: 'c-7', counter: 100, playing: true };
    const bench = createBench({ remembered });
    bench.replies.push(mine(session), mine(session), answer('c-8'));
    const begun = bench.play.begin('alice');
    await pass(100);
    await begun;
    bench.connection().count(130);

    expect(bench.requests.at(-1)?.body).toMatchObject({ previousConnectionId: 'c-7' });
    expect(bench.model().lastReturn).toMatch(/counter went on: 100 → 130, nothing lost\.$/);
  });

  test.each([
    ['had left its stream', { streamSessionId: 'ss-1', playing: false }],
    ['played another session', { streamSessionId: 'ss-0', playing: true }],
  ])('only offers the live session to a tab that %s', async (_what, remembered) => {
    const bench = createBench({ remembered });
    bench.replies.push(mine(session));
    await bench.play.begin('alice');

    expect(phaseOf(bench.model())).toBe('ready');
    expect(bench.model().found).toEqual(session);
  });

  test('offers the live session to a player who starts another, instead of an error', async () => {
    const bench = createBench();
    bench.replies.push(mine(), refuse('session_limit_reached', 'never', { streamSession: session }));
    await bench.play.begin('alice');
    const started = bench.play.start();
    await pass(100);
    await started;

    expect(phaseOf(bench.model())).toBe('ready');
    expect(bench.model()).toMatchObject({ found: session, failed: false });
  });

  test('leaves nothing of a player on the page after signing out', async () => {
    const bench = createBench();
    await bench.playing(pass);
    bench.play.signedOut('');

    expect(bench.connection().closed).toBe(true);
    expect(bench.model()).toMatchObject({ stream: { name: 'idle' }, moments: [] });
    expect(bench.model().player ?? bench.model().counter).toBeUndefined();
  });
});

describe('the console shows a loss', () => {
  test('by the player’s own cut from the cut on, up to the sentence that nothing is lost', async () => {
    const bench = createBench();
    await bench.playing(pass);
    await bench.play.cut('blackhole');
    bench.connection().flows = false;
    bench.replies.push(answer('c-2'));
    await pass(2500);
    bench.connection().count(137);

    expect(bench.told).toEqual(['cut blackhole']);
    expect(bench.kinds()).toEqual(['cut', 'noticed', 'asked', 'answered', 'frame']);
    expect(bench.model()).toMatchObject({ failed: false, stream: { name: 'connected' } });
    expect(bench.model().lastReturn).toMatch(/counter went on: 100 → 137, nothing lost\.$/);
  });

  test('by the player’s own blackout, which it starts at the emulator', async () => {
    const bench = createBench();
    await bench.playing(pass);
    await bench.play.cut('blackout');

    expect(bench.told).toEqual(['cut blackout']);
    expect(bench.model().moments[0]?.label).toBe('Cut: dark for 4 s');
  });

  test('without a cut from the last received packet on', async () => {
    const bench = createBench();
    await bench.playing(pass);
    bench.connection().flows = false;
    bench.replies.push(answer('c-2'));
    await pass(2500);

    const [first, second] = bench.model().moments;
    expect(first?.label).toBe('Last sign of life');
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(1000);
  });

  test('that heals by itself as healed, with the sentence that nothing is lost', async () => {
    const bench = createBench();
    await bench.playing(pass);
    const [first] = [bench.connection()];
    first.flows = false;
    await pass(2100);
    expect(curtainOf(bench.model())?.text).toContain('may come back by itself');
    first.flows = true;
    await pass(300);
    first.count(160);

    expect(bench.kinds().slice(0, 4)).toEqual(['cut', 'noticed', 'asked', 'wait']);
    expect(bench.model().moments.at(-1)?.label).toBe('Healed');
    expect(bench.model()).toMatchObject({ counter: 160, stream: { name: 'connected', connectionId: 'c-1' } });
    expect(bench.model().lastReturn).toMatch(/counter went on: 100 → 160, nothing lost\.$/);
  });

  test('without the sentence that nothing is lost, if the counter restarted', async () => {
    const bench = createBench();
    await bench.playing(pass);
    bench.replies.push(answer('c-2'));
    bench.connection().says.channelError(new Event('error'));
    await pass(100);
    bench.connection().count(3);

    expect(bench.model().lastReturn).toContain('the counter restarted: 100 → 3');
  });

  test('without the late messages of an earlier connection', async () => {
    const bench = createBench();
    await bench.playing(pass);
    const before = bench.connection();
    bench.replies.push(answer('c-2'));
    before.says.channelError(new Event('error'));
    await pass(100);
    before.count(101);

    expect(bench.model()).toMatchObject({ counter: 100, stream: { name: 'connected' } });
    expect(bench.model().lastReturn).toBeUndefined();
  });

  test('without a timeline, but with an error, if the emulator refuses the cut', async () => {
    const bench = createBench();
    await bench.playing(pass);
    bench.refuseTrouble();
    await bench.play.cut('close');

    expect(bench.model()).toMatchObject({ failed: true, moments: [], stream: { name: 'connected' } });
  });
});

describe('an injected fault', () => {
  test('that the emulator refuses sets its switch back, and the page says why', async () => {
    const bench = createBench();
    await bench.playing(pass);
    await bench.play.slow(true);
    expect(bench.model().faults.slow).toBe(true);
    bench.refuseTrouble();
    await bench.play.throttle(true);

    expect(bench.model().faults).toMatchObject({ slow: true, throttled: false });
    expect(bench.model()).toMatchObject({ failed: true, news: 'The emulator refuses this.' });
  });

  test('loses one response of a request that took effect, and the same request is repeated', async () => {
    const bench = createBench();
    await bench.playing(pass);
    bench.play.lose(true);
    bench.replies.push(answer('c-2'), answer('c-2'));
    bench.connection().says.channelError(new Event('error'));
    await pass(1000);

    const [first, second] = bench.requests.filter(({ path }) => path.endsWith('/connections'));
    expect(second).toEqual(first);
    expect(bench.model()).toMatchObject({ stream: { name: 'connected' }, faults: { losing: false } });
  });
});

describe('a tab remembers for its next visit', () => {
  test('no secret: only the ids of session and connection, and the counter', async () => {
    const bench = createBench();
    await bench.playing(pass);

    expect(bench.play.known()).toEqual({
      streamSessionId: 'ss-1',
      connectionId: 'c-1',
      counter: 100,
      playing: true,
    });
  });

  test('nothing once the session has ended', async () => {
    const bench = createBench();
    await bench.playing(pass);
    bench.connection().says.serverDisconnect('terminated');

    expect(bench.play.known()).toBeUndefined();
  });
});
