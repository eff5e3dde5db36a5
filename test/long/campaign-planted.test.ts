import { beforeAll, describe, expect, it } from 'vitest';
import { type Alarms, playerAlarms } from '../campaign/alarms.ts';
import { bundledRoutes } from '../campaign/bundle.ts';
import { campaign, type FoundViolation } from '../campaign/campaign.ts';
import { FAULTS, INVARIANTS } from '../campaign/plan.ts';
import {
  HISTORICAL,
  OF_EACH_KIND,
  OF_ONE_TABLE,
  OF_OPERATORS,
  OF_PAGES,
  OF_REPORTS,
  type Planted,
} from '../campaign/planted.ts';

let alarms: Alarms;
beforeAll(() => {
  alarms = playerAlarms();
});

async function attacked({ patches, invariant, what, kinds = FAULTS, from = 1 }: Planted) {
  const isIt = (found: FoundViolation) => found.invariant === invariant && what.test(found.what);
  const code = await bundledRoutes(patches);
  const { violations } = await campaign({
    from,
    seeds: 1000,
    kinds,
    code,
    alarms: () => alarms,
    enough: (so) => so.violations.some(isIt),
    // The replays are not needed.
    tries: 0,
  });
  return violations.find(isIt);
}

describe.each([
  ['a bug that the broker once had is found again within a thousand seeds', HISTORICAL],
  ['a planted bug that only one kind of table shows is found within a thousand seeds', OF_ONE_TABLE],
  ['a planted bug of the operator API is found within a thousand seeds', OF_OPERATORS],
  ['a planted bug of the reports of pages is found within a thousand seeds', OF_REPORTS],
  ['a planted bug of the client is found within a thousand seeds', OF_PAGES],
] as const)('%s', (_, all) => {
  it.each(all.map((planted) => [planted.name, planted] as const))('%s', async (_, planted) => {
    expect(await attacked(planted)).toBeDefined();
  });
});

describe('a planted bug of each kind is found within a thousand seeds', () => {
  it.each(OF_EACH_KIND.map((planted) => [planted.name, planted] as const))('%s', async (_, planted) => {
    expect(await attacked(planted)).toBeDefined();
  });

  it('each invariant has a planted bug', () => {
    const violated = new Set(
      [...HISTORICAL, ...OF_EACH_KIND, ...OF_OPERATORS, ...OF_PAGES].map(({ invariant }) => invariant),
    );
    expect([...violated].sort((a, b) => a - b)).toEqual(Object.keys(INVARIANTS).map(Number));
  });
});
