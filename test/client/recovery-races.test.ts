import { afterEach, describe, expect, test, vi } from 'vitest';
import { environmentOf } from '../../client/src/environment.ts';
import { createTable, granted, type Reply } from './fakes.ts';
import { CONNECTED, old, STILL_CONNECTED } from './still-connected.ts';
import { createVirtualClock } from './virtual-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

type Table = ReturnType<typeof createTable>;

/** A player whose loss has just been noticed, and the API's next replies. */
async function silent(table: Table, ...replies: (Reply | (() => Reply))[]): Promise<Table> {
  await table.playing();
  table.replies.push(...replies);
  old(table).lives = false;
  await table.clock.advance(1950);
  expect(table.stream.state.name).toBe('reconnecting');
  return table;
}

describe('a stream that healed just after an answer came', () => {
  test.each([7900, 8100, 8500, 8850, 9500])(
    'and dies %i ms after that answer is replaced, not left waiting',
    async (ms) => {
      const table = await silent(createTable(), { ...(granted('c-2') as object), afterMs: 2000 } as Reply);
      // Packets come without a frame, so the answer waits. Then the picture is back.
      await table.clock.advance(1900);
      old(table).lives = true;
      old(table).decodes = false;
      await table.clock.advance(900);
      old(table).decodes = true;
      await table.clock.advance(200);
      expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
      const answeredAt = table.told('answered').at(-1)?.at ?? 0;
      table.replies.push(granted('c-3'));
      await table.clock.advance(answeredAt + ms - table.clock.now());
      old(table).connection.channelError(new Event('error'));
      await table.clock.advance(1000);
      expect(table.stream.state).toMatchObject({ name: 'connected' });
      expect(table.sdks.filter(({ closed }) => !closed)).toEqual([table.sdk()]);
    },
  );
});

describe('an answer', () => {
  test('whose connection fails after the browser began to apply it closes the old connection, which can show no picture any more', async () => {
    const table = createTable({
      made(sdk) {
        if (sdk.name !== 'offer 2') return;
        sdk.processSignalResponse = () => {
          sdk.connection.connectionState('connecting');
          sdk.connection.connectionState('failed');
          return new Promise(() => {});
        };
      },
    });
    await silent(table, granted('c-2'), 'hangs');
    await table.clock.advance(500);
    old(table).lives = true;
    await table.clock.advance(2000);
    expect(table.told('healed')).toEqual([]);
    expect(old(table).closed).toBe(true);
    expect(table.stream.state).toMatchObject({ name: 'reconnecting', healing: false });
  });

  test('for a connection that has died meanwhile is not applied, and the old connection stays', async () => {
    const table = await silent(
      createTable(),
      { ...(granted('c-2') as object), afterMs: 2000 } as Reply,
      'hangs',
    );
    await table.clock.advance(1000);
    table.sdk().connection.connectionState('failed');
    await table.clock.advance(2000);
    expect(table.sdks[1]?.answered).toBeUndefined();
    old(table).lives = true;
    await table.clock.advance(200);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-1' });
  });
});

describe('a browser that reports again and again that it is back online', () => {
  test('requests a connection at most every five seconds while AWS sees the old one', async () => {
    const table = createTable();
    const reply = (): Reply => (table.calls.at(-1)?.method === 'POST' ? CONNECTED : STILL_CONNECTED);
    await silent(table, ...Array<() => Reply>(300).fill(reply));
    for (let turn = 0; turn < 30; turn += 1) {
      await table.clock.advance(290);
      await table.goOnline();
    }
    const posts = table.calls.filter(({ method }) => method === 'POST').slice(1);
    const apart = posts.slice(1).map(({ at }, index) => at - (posts[index]?.at ?? 0));
    expect(apart.length).toBeGreaterThan(0);
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(5000);
  });
});

describe('an SDK', () => {
  test('whose offer never comes after a loss is asked for another offer', async () => {
    const table = createTable({
      made(sdk) {
        if (sdk.name === 'offer 2') sdk.generateSignalRequest = () => new Promise(() => {});
      },
    });
    await silent(table, granted('c-2'));
    await table.clock.advance(35_000);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
    expect(table.sdks.map(({ closed }) => closed)).toEqual([true, true, false]);
  });
});

describe('loss after loss', () => {
  test('leaves no timer, listener or object behind, even where every early token request hangs', async () => {
    let hanging = 0;
    let isPrefetch = false;
    const table = createTable({
      onEvent: ({ name }) => {
        isPrefetch = name === 'suspected';
      },
      getAccessToken: ({ signal }) => {
        if (!isPrefetch) return 'token';
        isPrefetch = false;
        hanging += 1;
        signal.addEventListener('abort', () => {
          hanging -= 1;
        });
        return new Promise(() => {});
      },
    });
    await table.playing();
    for (let turn = 0; turn < 50; turn += 1) {
      table.replies.push(granted(`c-${turn + 2}`));
      table.sdk().lives = false;
      await table.clock.advance(1500);
      table.sdk().connection.channelError(new Event('error'));
      await table.clock.advance(500);
      expect(table.stream.state).toMatchObject({ connectionId: `c-${turn + 2}` });
    }
    await table.clock.advance(30_000);
    expect(isPrefetch).toBe(false);
    expect(hanging).toBe(0);
    expect(table.clock.pending()).toBe(1);
    expect(table.listeners.size).toBe(0);
    expect(table.sdks.filter(({ closed }) => !closed)).toHaveLength(1);
  });
});

describe('a machine whose clock is set back by an hour while an answer waits', () => {
  test('still applies the answer', async () => {
    const clock = createVirtualClock();
    let behind = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => clock.now() - behind);
    const table = createTable({ clock, environment: { now: environmentOf().now } });
    await silent(table, { ...(granted('c-2') as object), afterMs: 2000 } as Reply);
    await clock.advance(2100);
    expect(table.told('answered')).toHaveLength(2);
    behind = 3_600_000;
    await clock.advance(500);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-2' });
  });
});

describe('a server disconnect of a connection that healed', () => {
  test('after another connection was granted may be a late replacement, so the client asks the API whether the session lives', async () => {
    const table = await silent(createTable(), { ...(granted('c-2') as object), afterMs: 2000 } as Reply);
    old(table).lives = true;
    await table.clock.advance(12_000);
    expect(table.sdks.map(({ closed }) => closed)).toEqual([false, true]);
    table.replies.push(granted('c-3'));
    old(table).connection.serverDisconnect('terminated');
    await table.clock.advance(1000);
    expect(table.stream.state).toMatchObject({ name: 'connected', connectionId: 'c-3' });
  });

  test.each(['idle', 'terminated'])(
    '%s ends the stream where no other connection was granted',
    async (reason) => {
      const table = await silent(createTable(), CONNECTED, STILL_CONNECTED);
      old(table).lives = true;
      await table.clock.advance(12_000);
      old(table).connection.serverDisconnect(reason);
      expect(table.stream.state).toMatchObject({ name: 'ended', reason });
    },
  );
});
