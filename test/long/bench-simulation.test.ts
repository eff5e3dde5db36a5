import { describe, expect, it } from 'vitest';
import { isHeld, SCENARIOS, seedsOf } from '../../bench/storm/simulate-scenarios.ts';
import { simulateStorm } from '../../bench/storm/simulate-storm.ts';

describe('a storm of up to 100,000 players, simulated in virtual time with every seed', () => {
  const most = SCENARIOS.filter(([, { players = 2000 }]) => players <= 100_000);

  it('is run at five seeds where it is small, and at every size', () => {
    expect(most.filter(([, options]) => seedsOf(options).length === 5).length).toBeGreaterThan(20);
    expect(most.filter(([, { players = 2000 }]) => players > 5000).length).toBeGreaterThanOrEqual(4);
  });

  it.each(most)('%s: saves as many as any policy could, within 1 %%', async (_name, options) => {
    for (const seed of seedsOf(options)) {
      const result = await simulateStorm({ ...options, seed });
      expect(isHeld(result), JSON.stringify({ seed, ...result })).toBe(true);
      expect(result.possible).toBeGreaterThan(0);
    }
  });
});

describe('the overflow queue', () => {
  it('saves more than 3 % of the players where a fifth of a crowd twice too large stays away, with the client library', async () => {
    const storm = { players: 5000, neverReturn: 0.2, headerOnly: 0 };
    for (const seed of seedsOf(storm)) {
      const saved = await simulateStorm({ ...storm, seed });
      const without = await simulateStorm({ ...storm, seed, withoutOverflow: true });
      expect(saved.saved, `seed ${seed}`).toBeGreaterThan(1.03 * without.saved);
    }
  });
});
