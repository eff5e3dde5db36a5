import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  createStream,
  type Ending,
  RejoinError,
  type Stream,
  type StreamState,
} from '../../client/src/index.ts';
import { createFakeStream, fakeSession } from '../../client/src/testing.ts';
import { ENDINGS } from '../../contract/recovery-report.ts';

const sdk = () => ({
  generateSignalRequest: async () => 'offer',
  processSignalResponse: async () => {},
  close: () => {},
});

/** A real stream that never gets a token, so that only the page's own calls change its state. */
function realStream(onState: (state: StreamState) => void) {
  return createStream({
    api: 'https://api.example',
    streamGroupId: 'sg-1',
    createGameLiftStreams: sdk,
    getAccessToken: () => new Promise(() => {}),
    onState,
    environment: { locks: null },
  });
}

/** A fake stream that plays. */
function playing() {
  const states: StreamState[] = [];
  const events: string[] = [];
  const fake = createFakeStream({
    onState: (state) => states.push(state),
    onEvent: ({ name }) => events.push(name),
  });
  const settled = fake.stream.start();
  fake.connect();
  return { fake, states, events, settled };
}

const REASONS: Record<Ending['reason'], Ending> = {
  idle: { reason: 'idle' },
  terminated: { reason: 'terminated' },
  session_ended: { reason: 'session_ended', statusReason: 'applicationExit' },
  no_session: { reason: 'no_session' },
  taken_over: { reason: 'taken_over', by: 'tab' },
  held_by_tab: { reason: 'held_by_tab' },
  expired: { reason: 'expired', code: 'unreachable' },
  refused: { reason: 'refused', status: 500, code: 'broker_misconfigured', detail: 'No.' },
  signed_out: { reason: 'signed_out', status: 401 },
  failed: { reason: 'failed', error: new Error('no codec') },
  ended_by_player: { reason: 'ended_by_player' },
  closed: { reason: 'closed' },
  aborted: { reason: 'aborted' },
};

describe('a fake stream is like a real one', () => {
  test('it has the same members, no more and no fewer', () => {
    const real = realStream(() => {});
    const { stream } = createFakeStream();
    expect(Object.keys(stream).toSorted()).toEqual(Object.keys(real).toSorted());
    for (const member of Object.keys(real) as (keyof Stream<unknown>)[]) {
      expect([member, typeof stream[member]]).toEqual([member, typeof real[member]]);
    }
  });

  const calls = fc.constantFrom('start', 'startAborted', 'resume', 'insist', 'end', 'close', 'abort', 'turn');

  test('whatever the page calls, in whatever order, both go through the same states and settle the same promises', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(calls, { maxLength: 8 }), async (order) => {
        const lives = [];
        for (const make of [
          realStream,
          (onState: (state: StreamState) => void) => createFakeStream({ onState }).stream,
        ]) {
          const log: string[] = [];
          let last = '';
          const stream = make((state) => {
            const said = state.name === 'ended' ? state.reason : state.name;
            // Two efforts that begin in the same millisecond show the same state.
            if (said !== last) log.push(said);
            last = said;
          });
          const caller = new AbortController();
          const { signal } = caller;
          const wait = (call: string, settled: Promise<{ name: string }>) =>
            void settled.then(({ name }) => log.push(`${call} settles: ${name}`));
          for (const call of order) {
            if (call === 'start') wait(call, stream.start({}, { signal }));
            else if (call === 'startAborted') wait(call, stream.start({}, { signal: AbortSignal.abort() }));
            else if (call === 'resume') wait(call, stream.resume());
            else if (call === 'insist') wait(call, stream.resume({ insist: true, signal }));
            else if (call === 'end') wait(call, stream.end());
            else if (call === 'close') stream.close();
            else if (call === 'abort') caller.abort();
            else await new Promise(setImmediate);
          }
          await new Promise(setImmediate);
          log.push(`sdk ${stream.sdk}`);
          stream.close();
          await new Promise(setImmediate);
          lives.push(log);
        }
        expect(lives[1]).toEqual(lives[0]);
      }),
      { numRuns: 300 },
    );
  });

  test('it refuses the addresses that a real one refuses', () => {
    const api = 'https://api.example/v1';
    expect(() => createFakeStream({ api })).toThrow('ends in /v1: leave that out');
  });

  test('an exception in a listener of the page does not stop the others', () => {
    const said = vi.spyOn(console, 'error').mockReturnValue();
    const { stream } = createFakeStream({
      onState() {
        throw new Error('a mistake of the page');
      },
    });
    const heard = vi.fn();
    stream.subscribe(heard);
    void stream.start();
    expect(heard).toHaveBeenCalledOnce();
    expect(said).toHaveBeenCalledOnce();
  });
});

describe('a test drives a page through', () => {
  test('connecting, with a wait that is over at the next step', () => {
    const fake = createFakeStream({ streamGroupId: 'sg-7' });
    void fake.stream.start({ applicationIdentifier: 'a-1' });
    expect(fake.stream.state).toMatchObject({ name: 'connecting', attempt: 0 });
    fake.progress({ attempt: 1, wait: { code: 'paced', until: 5, queuePosition: 2 } });
    expect(fake.stream.state).toMatchObject({ attempt: 1, wait: { queuePosition: 2 } });
    fake.progress({ attempt: 2 });
    expect(fake.stream.state).not.toHaveProperty('wait');
    fake.connect();
    expect(fake.stream.state).toMatchObject({ name: 'connected', session: { streamGroupId: 'sg-7' } });
  });

  test('a picture, a loss, and a connection that heals: it is the same connection', async () => {
    const { fake, states, settled } = playing();
    expect(await settled).toBe(states.at(-1));
    fake.block(true);
    expect(fake.stream.state).toMatchObject({ blocked: 'autoplay' });
    fake.block(false);
    expect(fake.stream.state).not.toHaveProperty('blocked');
    const before = fake.stream.state;
    fake.lose();
    expect(fake.stream.state).toMatchObject({
      name: 'reconnecting',
      why: 'silence',
      healing: true,
      attempt: 0,
    });
    fake.heal();
    expect(fake.stream.state).toEqual(before);
  });

  test('a loss that does not heal: a new connection to the same session, with another object', () => {
    const { fake } = playing();
    const before = fake.stream.state;
    const [first, second] = [sdk(), sdk()];
    fake.lose({ why: 'channel_error' });
    expect(fake.stream.state).toMatchObject({ healing: false });
    fake.connect({ sdk: first });
    expect(fake.stream.sdk).toBe(first);
    expect(fake.stream.state).toMatchObject({ session: (before as { session: object }).session });
    expect(fake.stream.state).not.toMatchObject({
      connectionId: (before as { connectionId: string }).connectionId,
    });
    fake.lose();
    fake.progress({ healing: false });
    fake.connect({ sdk: second, connectionId: 'c-9', session: fakeSession('sg-2') });
    expect(fake.stream.sdk).toBe(second);
    expect(fake.stream.state).toMatchObject({ connectionId: 'c-9', session: { streamGroupId: 'sg-2' } });
  });

  test('the end that the player asked for', async () => {
    const { fake } = playing();
    const ended = fake.stream.end();
    expect(fake.stream.state).toEqual({ name: 'ending' });
    fake.end({ reason: 'ended_by_player' });
    expect(await ended).toMatchObject({ name: 'ended', reason: 'ended_by_player', session: {} });
    expect(fake.stream.sdk).toBeUndefined();
  });

  test('events, and the record of its own calls', async () => {
    const { fake, events } = playing();
    fake.emit({ name: 'suspected', silentMs: 800 });
    fake.emit({ name: 'lost', why: 'silence', silentMs: 1900 });
    expect(events).toEqual(['suspected', 'lost']);
    const found = fake.stream.find();
    fake.answerFind(fakeSession());
    expect(await found).toMatchObject({ status: 'CONNECTED' });
    const failed = fake.stream.find().catch((error) => error);
    fake.failFind({ reason: 'signed_out', status: 0 });
    expect(await failed).toBeInstanceOf(RejoinError);
    fake.stream.close();
    expect(fake.calls.map(({ method }) => method)).toEqual(['start', 'find', 'find', 'close']);
  });

  test('find() that the page gives up, by its signal or by close()', async () => {
    const { stream } = createFakeStream();
    const caller = new AbortController();
    const aborted = stream.find({ signal: caller.signal }).catch(({ ending }) => ending.reason);
    caller.abort();
    const closed = stream.find().catch(({ ending }) => ending.reason);
    stream.close();
    const late = stream.find({ signal: caller.signal }).catch(({ ending }) => ending.reason);
    expect(await Promise.all([aborted, closed, late])).toEqual(['aborted', 'closed', 'aborted']);
  });
});

describe('an order in which nothing happens is refused', () => {
  const idle = createFakeStream();

  test.each([
    ['a picture before start()', () => idle.connect(), 'is not on its way'],
    ['a loss before a picture', () => idle.lose(), 'has no picture'],
    ['an event while nothing is under way', () => idle.emit({ name: 'first_frame' }), 'No event comes'],
    ['an answer that nobody waits for', () => idle.answerFind(undefined), 'No find() waits'],
    [
      'an end before a start',
      () => idle.end({ reason: 'idle' }),
      'A stream that is idle does not become ended',
    ],
    [
      'a connection that is closed and heals',
      () => {
        const { fake } = playing();
        fake.lose({ why: 'failed' });
        fake.heal();
      },
      'The old connection is closed',
    ],
    [
      'a broken data channel that may heal',
      () => playing().fake.lose({ why: 'channel_error', healing: true }),
      'healing is false',
    ],
    [
      'another device, without a loss',
      () => playing().fake.end({ reason: 'taken_over', by: 'device' }),
      'Call lose() first',
    ],
    [
      'ended_by_player without end()',
      () => playing().fake.end({ reason: 'ended_by_player' }),
      'does not end with ended_by_player: that ends one that is ending.',
    ],
  ])('%s', (_what, act, message) => {
    expect(act).toThrow(message);
  });

  test('and leaves the state as it was', () => {
    const { fake } = playing();
    const before = fake.stream.state;
    expect(() => fake.end({ reason: 'closed' })).toThrow('only by the page’s own call');
    expect(fake.stream.state).toBe(before);
    expect(fake.stream.sdk).toBe(undefined);
  });

  test('unless the test forces it; the stream goes on from there', async () => {
    const fake = createFakeStream();
    const session = fakeSession();
    fake.force({ name: 'connected', session, connectionId: 'c-1' });
    fake.lose();
    fake.heal();
    expect(fake.stream.state).toEqual({ name: 'connected', session, connectionId: 'c-1' });
    fake.stream.close();
    expect(fake.stream.state).toEqual({ name: 'ended', reason: 'closed', session });
  });
});

describe('each reason for an end', () => {
  test.each(Object.values(REASONS))('$reason can be reached', async (ending) => {
    const { fake } = playing();
    const { reason } = ending;
    if (reason === 'closed') fake.stream.close();
    else if (reason === 'aborted') {
      const caller = new AbortController();
      void fake.stream.resume({ insist: true, signal: caller.signal });
      caller.abort();
    } else {
      if (reason === 'ended_by_player') void fake.stream.end();
      else if (reason === 'held_by_tab') void fake.stream.resume({ insist: true });
      else fake.lose();
      fake.end(ending);
    }
    expect(fake.stream.state).toMatchObject({ name: 'ended', ...ending });
  });

  test('is in this list', () => {
    expect(Object.keys(REASONS).toSorted()).toEqual(ENDINGS.toSorted());
  });
});
