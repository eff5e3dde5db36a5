import { beforeAll, describe, it } from 'vitest';
import { ATTACKS, type AttackTarget, attackTarget, expectNoViolation } from '../campaign/attacks.ts';

let functions: AttackTarget;
beforeAll(async () => {
  functions = await attackTarget();
});

describe('under a long attack by seed, no answer to a player violates an invariant', () => {
  it.each(ATTACKS)('%s', (_, kinds, from) => expectNoViolation(functions, { kinds, from, seeds: 220 }));
});
