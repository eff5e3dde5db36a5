import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { phaseOf } from '../../../local/console/page/model.ts';
import { curtainOf } from '../../../local/console/page/words.ts';
import { answer, createTable, mine, refuse, session } from './fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets timers and promises run for so long. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a visit', () => {
  test('who has a session is offered it, and nothing is asked of it before that is wanted', async () => {
    const table = createTable();
    table.replies.push(mine(session));
    await table.play.begin('alice');

    expect(table.model()).toMatchObject({ found: session, failed: false });
    expect(table.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  test('a tab that played before it was reloaded is back by itself, and names its last connection', async () => {
    const remembered = { streamSessionId: 'ss-1', connectionId: 'c-7', counter: 100, playing: true };
    const table = createTable({ remembered });
    table.replies.push(mine(session), mine(session), answer('c-8'));
    const begun = table.play.begin('alice');
    await pass(100);
    await begun;
    table.connection().count(130);

    expect(table.requests.at(-1)?.body).toMatchObject({ previousConnectionId: 'c-7' });
    expect(table.model().lastReturn).toMatch(/counter went on: 100 → 130, nothing lost\.$/);
  });

  test.each([
    ['had left its stream', { streamSessionId: 'ss-1', playing: false }],
    ['played another session', { streamSessionId: 'ss-0', playing: true }],
  ])('a tab that %s is only offered the one there is', async (_what, remembered) => {
    const table = createTable({ remembered });
    table.replies.push(mine(session));
    await table.play.begin('alice');

    expect(phaseOf(table.model())).toBe('ready');
    expect(table.model().found).toEqual(session);
  });

  test('a player with a live session who starts another is offered that one instead of an error', async () => {
    const table = createTable();
    table.replies.push(mine(), refuse('session_limit_reached', 'never', { streamSession: session }));
    await table.play.begin('alice');
    const started = table.play.start();
    await pass(100);
    await started;

    expect(phaseOf(table.model())).toBe('ready');
    expect(table.model()).toMatchObject({ found: session, failed: false });
  });

  test('nothing of a player stays on the page after signing out', async () => {
    const table = createTable();
    await table.playing(pass);
    table.play.signedOut('');

    expect(table.connection().closed).toBe(true);
    expect(table.model()).toMatchObject({ stream: { name: 'idle' }, moments: [] });
    expect(table.model().player ?? table.model().counter).toBeUndefined();
  });
});

describe('a loss', () => {
  test('by the player’s own cut is told from the cut on, and ends with the proof that nothing is lost', async () => {
    const table = createTable();
    await table.playing(pass);
    await table.play.cut('blackhole');
    table.connection().flows = false;
    table.replies.push(answer('c-2'));
    await pass(2500);
    table.connection().count(137);

    expect(table.told).toEqual(['cut blackhole']);
    expect(table.kinds()).toEqual(['cut', 'noticed', 'asked', 'answered', 'frame']);
    expect(table.model()).toMatchObject({ failed: false, stream: { name: 'connected' } });
    expect(table.model().lastReturn).toMatch(/counter went on: 100 → 137, nothing lost\.$/);
  });

  test('by a blackout of the player’s own is asked of the emulator as one', async () => {
    const table = createTable();
    await table.playing(pass);
    await table.play.cut('blackout');

    expect(table.told).toEqual(['cut blackout']);
    expect(table.model().moments[0]?.label).toBe('Cut: dark for 4 s');
  });

  test('by nobody’s cut is told from the last sign of life on', async () => {
    const table = createTable();
    await table.playing(pass);
    table.connection().flows = false;
    table.replies.push(answer('c-2'));
    await pass(2500);

    const [first, second] = table.model().moments;
    expect(first?.label).toBe('Last sign of life');
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(1000);
  });

  test('that the network mends by itself is told as healed, with the proof that nothing is lost', async () => {
    const table = createTable();
    await table.playing(pass);
    const [first] = [table.connection()];
    first.flows = false;
    await pass(2100);
    expect(curtainOf(table.model())?.text).toContain('may come back by itself');
    first.flows = true;
    await pass(300);
    first.count(160);

    expect(table.kinds().slice(0, 4)).toEqual(['cut', 'noticed', 'asked', 'wait']);
    expect(table.model().moments.at(-1)?.label).toBe('Healed');
    expect(table.model()).toMatchObject({ counter: 160, stream: { name: 'connected', connectionId: 'c-1' } });
    expect(table.model().lastReturn).toMatch(/counter went on: 100 → 160, nothing lost\.$/);
  });

  test('a counter that restarted is not called nothing lost', async () => {
    const table = createTable();
    await table.playing(pass);
    table.replies.push(answer('c-2'));
    table.connection().says.channelError(new Event('error'));
    await pass(100);
    table.connection().count(3);

    expect(table.model().lastReturn).toContain('the counter restarted: 100 → 3');
  });

  test('what an earlier connection still says is not the new one’s', async () => {
    const table = createTable();
    await table.playing(pass);
    const before = table.connection();
    table.replies.push(answer('c-2'));
    before.says.channelError(new Event('error'));
    await pass(100);
    before.count(101);

    expect(table.model()).toMatchObject({ counter: 100, stream: { name: 'connected' } });
    expect(table.model().lastReturn).toBeUndefined();
  });

  test('a cut that the emulator refuses is said, and begins no timeline', async () => {
    const table = createTable();
    await table.playing(pass);
    table.refuseTrouble();
    await table.play.cut('close');

    expect(table.model()).toMatchObject({ failed: true, moments: [], stream: { name: 'connected' } });
  });
});

describe('trouble', () => {
  test('a switch that can’t be turned is back where it was, and the page says why', async () => {
    const table = createTable();
    await table.playing(pass);
    await table.play.slow(true);
    expect(table.model().faults.slow).toBe(true);
    table.refuseTrouble();
    await table.play.throttle(true);

    expect(table.model().faults).toMatchObject({ slow: true, throttled: false });
    expect(table.model()).toMatchObject({ failed: true, news: 'The emulator refuses this.' });
  });

  test('a lost answer is one that took effect: the same request is repeated, and only one is lost', async () => {
    const table = createTable();
    await table.playing(pass);
    table.play.lose(true);
    table.replies.push(answer('c-2'), answer('c-2'));
    table.connection().says.channelError(new Event('error'));
    await pass(1000);

    const [first, second] = table.requests.filter(({ path }) => path.endsWith('/connections'));
    expect(second).toEqual(first);
    expect(table.model()).toMatchObject({ stream: { name: 'connected' }, faults: { losing: false } });
  });
});

describe('what a tab keeps for its next visit', () => {
  test('is no secret: the session’s and the connection’s name, and the counter', async () => {
    const table = createTable();
    await table.playing(pass);

    expect(table.play.known()).toEqual({
      streamSessionId: 'ss-1',
      connectionId: 'c-1',
      counter: 100,
      playing: true,
    });
  });

  test('is nothing once the session is over', async () => {
    const table = createTable();
    await table.playing(pass);
    table.connection().says.serverDisconnect('terminated');

    expect(table.play.known()).toBeUndefined();
  });
});
