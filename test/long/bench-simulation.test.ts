import { describe, expect, it } from 'vitest';
import { isHeld, SCENARIOS, seedsOf } from '../../bench/storm/simulate-scenarios.ts';
import { simulateStorm } from '../../bench/storm/simulate-storm.ts';

describe('a storm of tens of thousands of players, simulated in virtual time', () => {
  const large = SCENARIOS.filter(([, { players = 2000 }]) => players > 5000 && players <= 100_000);

  it('is part of the sweep', () => {
    expect(large.length).toBeGreaterThanOrEqual(4);
  });

  it.each(large)('%s: saves as many as any policy could, within 1 %%', async (_name, options) => {
    for (const seed of seedsOf(options)) {
      const result = await simulateStorm({ ...options, seed });
      expect(isHeld(result), JSON.stringify({ seed, ...result })).toBe(true);
      expect(result.possible).toBeGreaterThan(5000);
    }
  });
});
