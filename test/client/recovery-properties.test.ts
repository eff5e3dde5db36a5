import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Choices, type Network, World } from './world.ts';

const choices: fc.Arbitrary<Choices> = fc.record({
  afterAnswer: fc.constantFrom('cut', 'untilNewConnects', 'never'),
  afterLoss: fc.constantFrom('dead', 'stunOnly', 'resumes'),
  whileConnected: fc.constantFrom('refuse', 'accept'),
  noticeMs: fc.integer({ min: 2000, max: 30_000 }),
  replacedHears: fc.constantFrom('close', 'terminated', 'nothing'),
});

/** Alternating outages and pauses of any length. */
const networks = fc.record({
  spells: fc.array(
    fc.record({
      brightMs: fc.integer({ min: 100, max: 15_000 }),
      darkMs: fc.integer({ min: 100, max: 20_000 }),
    }),
    {
      maxLength: 5,
    },
  ),
  api: fc.constantFrom('hangs', 'fails', 'reachable'),
  firstRoute: fc.constantFrom('fine', 'fine', 'fine', 'dead', 'deaf'),
  routeFailsAt: fc.integer({ min: 0, max: 40_000 }),
});

/** Other events, at some time. */
const incidents = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 60_000 }),
    what: fc.constantFrom(
      'idle',
      'terminated',
      'insist',
      'end',
      'close',
      'takenOver',
      'gone',
      'misconfigured',
      'failed',
    ),
  }),
  { maxLength: 2 },
);

const VERDICTS: Record<string, { status: number; code: string }> = {
  takenOver: { status: 409, code: 'taken_over' },
  gone: { status: 410, code: 'stream_session_ended' },
  misconfigured: { status: 500, code: 'broker_misconfigured' },
};

/** The thresholds for silence, a stall and the first frame, and the world's precision. */
const NOTICED_WITHIN_MS = 1900 + 300;
const STALL_NOTICED_WITHIN_MS = 6000 + 300;

function networkOf({
  spells,
  api,
  firstRoute,
  routeFailsAt,
}: ReturnType<typeof networks.generate>['value']): Network {
  const edges: [number, number][] = [];
  let at = 0;
  for (const { brightMs, darkMs } of spells) {
    edges.push([at + brightMs, at + brightMs + darkMs]);
    at += brightMs + darkMs;
  }
  return {
    dark: (now) => edges.some(([from, to]) => now >= from && now < to),
    firstRoute: (now) => (now >= routeFailsAt ? firstRoute : 'fine'),
    api,
  };
}

test('whatever network, AWS and player do, there are at most two SDK objects, input is on one, all get closed, and the state is true', async () => {
  await fc.assert(
    fc.asyncProperty(choices, networks, incidents, async (chosen, network, events) => {
      const world = await World.playing(chosen, networkOf(network));
      const byTime = events.toSorted((a, b) => a.atMs - b.atMs);
      let refusedAt: number | undefined;
      let wanted = false;
      for (const { atMs, what } of byTime) {
        await world.clock.advance(Math.max(0, atMs - world.since()));
        if (what === 'idle' || what === 'terminated') world.goodbye(what);
        else if (what === 'insist') world.insist();
        else if (what === 'end') void world.stream.end();
        else if (what === 'close') world.stream.close();
        else if (what === 'failed') world.sdks.findLast(({ closed }) => !closed)?.say('failed');
        else {
          world.verdict = VERDICTS[what];
          refusedAt = world.now();
        }
        wanted ||= ['idle', 'terminated', 'end', 'close', 'insist'].includes(what);
      }
      await world.clock.advance(240_000 - world.since());

      expect(world.mostLive).toBeLessThanOrEqual(2);
      expect(world.mostAttached).toBeLessThanOrEqual(1);
      expect(world.mostInFlight).toBeLessThanOrEqual(1);
      // Where only ICE answers, the stall's threshold counts.
      const isStunPossible = chosen.afterLoss === 'stunOnly';
      const threshold = isStunPossible ? STALL_NOTICED_WITHIN_MS : NOTICED_WITHIN_MS;
      expect(world.longestDarkWhileConnectedMs).toBeLessThanOrEqual(threshold);

      // A refusal never ends a live connection.
      expect(world.endedWhileItPlayed && !wanted).toBe(false);
      const { state } = world.stream;
      // The stream always plays or ends. With an API that refuses nothing it plays.
      expect(['connected', 'ended']).toContain(state.name);
      if (state.name === 'connected') expect(world.owner?.hears()).toBe('stream');
      if (!wanted && refusedAt === undefined) expect(state.name).toBe('connected');

      world.stream.close();
      expect(world.sdks.every(({ closed }) => closed)).toBe(true);
      world.over();
      await world.clock.advance(60_000);
      expect(world.clock.pending()).toBe(0);
    }),
    { numRuns: 150 },
  );
}, 300_000);
