import { beforeAll, describe, it } from 'vitest';
import { ATTACKS, type Attacked, attacked, expectNoViolation } from '../campaign/attacks.ts';

let functions: Attacked;
beforeAll(async () => {
  functions = await attacked();
});

describe('under a long attack by seed, every answer that players get holds', () => {
  it.each(ATTACKS)('%s', (_, kinds, from) => expectNoViolation(functions, { kinds, from, seeds: 220 }));
});
