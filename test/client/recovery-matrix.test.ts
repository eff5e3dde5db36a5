import { describe, expect, test } from 'vitest';
import { blackout, type Choices, World } from './world.ts';

const NOTICES_S = [2, 5, 15, 30];
const BLACKOUTS_S = [1, 2, 2.5, 4, 6, 8, 12, 20];
/** How much later than without the client a player may be back, and the world's precision. */
const NEVER_WORSE_MS = 1000;
const INEXACT_MS = 100;

const cells = (['cut', 'untilNewConnects', 'never'] as const).flatMap((afterAnswer) =>
  (['dead', 'stunOnly', 'resumes'] as const).flatMap((afterLoss) =>
    (['refuse', 'accept'] as const).map((whileConnected) => ({ afterAnswer, afterLoss, whileConnected })),
  ),
);

/** How long a player sees no picture whose page does nothing. */
function doingNothing({ noticeMs, afterLoss }: Choices, blackoutMs: number): number {
  return noticeMs > blackoutMs || afterLoss === 'resumes' ? blackoutMs : Number.POSITIVE_INFINITY;
}

/** One blackout, until the player is back or can't come back any more. */
async function outcome(choices: Choices, blackoutMs: number, api: 'hangs' | 'fails' | 'reachable') {
  const world = await World.playing(choices, blackout(blackoutMs, api));
  await world.clock.advance(blackoutMs + choices.noticeMs + 20_000);
  const cell = `${JSON.stringify(choices)}, dark for ${blackoutMs} ms, API ${api}`;
  const isBack = world.stream.state.name === 'connected' && world.owner?.hears() === 'stream';
  world.over();
  world.stream.close();
  return { world, cell, isBack };
}

describe('a player is back after a blackout that takes the API with it, at most a second later than a page that does nothing', () => {
  describe.each(cells)(
    'old peer: $afterAnswer at a new answer, $afterLoss after a loss; while CONNECTED: $whileConnected',
    (cell) => {
      test.each(NOTICES_S)('AWS notices after %i s', async (notice) => {
        for (const replacedHears of ['close', 'terminated', 'nothing'] as const) {
          const choices: Choices = { ...cell, noticeMs: notice * 1000, replacedHears };
          // What a replaced client hears matters only where a peer is replaced. The other choices are tried with one kind of failure.
          for (const api of replacedHears === 'close'
            ? (['hangs', 'fails'] as const)
            : (['hangs'] as const)) {
            for (const seconds of replacedHears === 'close' ? BLACKOUTS_S : [4, 12]) {
              const { world, cell: name, isBack } = await outcome(choices, seconds * 1000, api);
              expect(isBack, name).toBe(true);
              const limit = doingNothing(choices, seconds * 1000) + NEVER_WORSE_MS + INEXACT_MS;
              expect(world.darkMs, name).toBeLessThanOrEqual(limit);
              expect(world.mostLive, name).toBeLessThanOrEqual(2);
              expect(world.mostAttached, name).toBeLessThanOrEqual(1);
              expect(
                world.sdks.every(({ closed }) => closed),
                name,
              ).toBe(true);
            }
          }
        }
      });
    },
  );
});
