const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * Numbers from 0 to below 1 that are spread evenly from the first one on: an event of some probability happens in that
 * share of every few dozen cases, without streaks. At 5 % at least twelve cases lie between two events.
 */
export function evenDice(): () => number {
  let thrown = 0;
  return () => {
    thrown += 1;
    return (thrown * GOLDEN_RATIO) % 1;
  };
}
