import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../contract/problems.ts';
import {
  type Call,
  createPlayer,
  granted,
  listed,
  REPORTED_WITHIN_MS,
  type Reply,
  refused,
  session,
} from './fakes.ts';

const NEVER_LATER_THAN_MS = 150_000;
const CODES = Object.entries(PROBLEMS).map(([code, { status, retry }]) => ({ code, status, retry }));

/** Everything that an API, a gateway or a network may do with a request. */
const replies: fc.Arbitrary<Reply> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ of: fc.constantFrom(...CODES), wait: fc.option(fc.nat(60_000)), afterMs: fc.nat(3000) })
      .map(({ of: { code, status, retry }, wait, afterMs }) => {
        const reply = refused(status, code, retry, wait === null ? {} : { retryAfterMs: wait });
        return typeof reply === 'string' ? reply : { ...reply, afterMs };
      }),
  },
  { weight: 3, arbitrary: fc.constantFrom<Reply>('unreachable', 'hangs') },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(400, 401, 403, 404, 413, 429, 431, 500, 502, 503)
      .map((status): Reply => ({ status, body: { message: 'x' } })),
  },
  { weight: 1, arbitrary: fc.string().map((body): Reply => ({ status: 201, body })) },
  { weight: 2, arbitrary: fc.nat(99).map((id) => granted(`c-${id}`)) },
  { weight: 1, arbitrary: fc.constant(listed(session)) },
);

/** Events around the requests, at some time. */
const happenings = fc.array(
  fc.record({
    afterMs: fc.nat(40_000),
    what: fc.constantFrom('online', 'offline', 'failed', 'channelError', 'blackhole', 'sleep', 'noPicture'),
  }),
  { maxLength: 6 },
);

type TestPlayer = ReturnType<typeof createPlayer>;

async function happen(player: TestPlayer, what: string): Promise<void> {
  const sdk = player.sdks.at(-1);
  if (what === 'online') await player.goOnline();
  else if (what === 'offline') player.goOffline();
  else if (what === 'sleep') await player.clock.sleep(20_000);
  else if (what === 'blackhole' && sdk) sdk.lives = false;
  else if (what === 'noPicture' && sdk) sdk.decodes = false;
  else if (what === 'failed') sdk?.connection.connectionState('failed');
  else if (what === 'channelError') sdk?.connection.channelError(new Event('error'));
}

/** The longest time in which the stream was neither connected nor ended, and whether that still lasts. */
function longestEffort(player: TestPlayer): number {
  let longest = 0;
  let since: number | undefined;
  for (const { at, name } of [...player.log, { at: player.clock.now(), name: 'now' }]) {
    const isTrying = name === 'connecting' || name === 'reconnecting' || name === 'ending';
    if (since !== undefined && !isTrying) longest = Math.max(longest, at - since);
    if (!isTrying) since = undefined;
    else since ??= at;
  }
  return longest;
}

/** The retry that a reply names, if any. */
function retryOf(reply: Reply): string | undefined {
  return typeof reply === 'object' ? (reply.body as { retry?: string } | undefined)?.retry : undefined;
}

const isConnection = ({ path }: Call) => path.endsWith('/connections');

test('whatever the API answers and the network does, one request is in flight at a time, and the attempt ends in time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(replies, { maxLength: 25 }), happenings, async (answers, events) => {
      const player = createPlayer();
      await player.playing();
      player.replies.push(...answers);
      player.sdk().connection.channelError(new Event('error'));
      for (const { afterMs, what } of events) {
        await player.clock.advance(afterMs);
        await happen(player, what);
      }
      for (const sdk of player.sdks) sdk.lives = false;
      // Each replaced SDK object may have played for a while, so each of them adds one time limit.
      for (let budget = 0; budget < 30 && player.stream.state.name !== 'ended'; budget += 1) {
        await player.clock.advance(NEVER_LATER_THAN_MS);
        const sdk = player.sdks.at(-1);
        if (sdk) sdk.lives = false;
      }

      expect(player.stream.state.name).toBe('ended');
      expect(player.inFlight.most).toBe(1);
      // A machine that sleeps can't end in time. It may be later by its sleep.
      const slept = 20_000 * events.filter(({ what }) => what === 'sleep').length;
      expect(longestEffort(player)).toBeLessThanOrEqual(NEVER_LATER_THAN_MS + slept);
      // Nothing remains: no timer, listener, connection or request.
      await player.clock.advance(REPORTED_WITHIN_MS);
      expect(player.clock.pending()).toBe(0);
      expect(player.listeners.size).toBe(0);
      expect(player.inFlight.now).toBe(0);
      expect(player.sdks.every(({ closed }) => closed)).toBe(true);
    }),
    { numRuns: 250 },
  );
});

test('retry same repeats the same bytes, newOffer sends others, and never ends, unless the network is a new one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(replies, { minLength: 1, maxLength: 25 }), async (answers) => {
      const player = createPlayer();
      await player.playing();
      player.replies.push(...answers);
      player.sdk().connection.channelError(new Event('error'));
      await player.clock.advance(NEVER_LATER_THAN_MS);

      const asked = player.calls.filter(isConnection);
      for (const [index, call] of asked.entries()) {
        const reply = answers[player.calls.indexOf(call) - 1];
        const next = asked[index + 1];
        if (reply === undefined || next === undefined) continue;
        const isSame = next.text === call.text && next.key === call.key;
        const retry = retryOf(reply);
        expect(retry).not.toBe('never');
        if (retry === 'newOffer') expect(isSame).toBe(false);
        else if (typeof reply === 'string' || retry === 'same' || reply.status === 401)
          expect(isSame).toBe(true);
        // Each key has one body, and each offer one request.
        for (const other of asked) expect(other.key === call.key).toBe(other.text === call.text);
      }
    }),
    { numRuns: 250 },
  );
});

test('a start never creates two sessions: its requests stay the same until the API demands another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(replies, { maxLength: 25 }), happenings, async (answers, events) => {
      const player = createPlayer();
      player.replies.push(...answers);
      const started = player.stream.start({ applicationIdentifier: 'a-1' });
      for (const { afterMs, what } of events) {
        await player.clock.advance(afterMs);
        await happen(player, what);
      }
      await player.clock.advance(650_000);
      expect((await started).name).toMatch(/^(connected|ended)$/);
      const starts = player.calls.filter(
        ({ method, path }) => method === 'POST' && path.endsWith('/streamsessions'),
      );
      const renewals = answers.slice(0, starts.length).filter((reply) => retryOf(reply) === 'newOffer');
      const different = new Set(starts.map(({ key, text }) => `${key} ${text}`));
      expect(different.size).toBeLessThanOrEqual(1 + renewals.length);
      expect(player.inFlight.most).toBeLessThanOrEqual(1);
      player.stream.close();
      await player.clock.advance(0);
      expect(player.clock.pending()).toBe(0);
    }),
    { numRuns: 150 },
  );
});

test('resume and end always settle too', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(replies, { maxLength: 15 }), fc.boolean(), async (answers, resumes) => {
      const player = createPlayer();
      player.replies.push(...answers);
      const done = resumes ? player.stream.resume() : player.stream.end();
      await player.clock.advance(60_000 + 630_000 + NEVER_LATER_THAN_MS);
      expect((await done).name).toMatch(/^(connected|ended)$/);
      expect(player.inFlight.most).toBeLessThanOrEqual(1);
    }),
    { numRuns: 150 },
  );
});
