import { describe, expect, test } from 'vitest';
import { createMemoryStorage } from '../../../local/identity/memory.ts';

describe('the provider’s storage', () => {
  test('drops expired entries, or an abandoned sign-in could be finished a day later', async () => {
    let now = 0;
    const codes = createMemoryStorage(() => now)('AuthorizationCode');
    await codes.upsert('a', { uid: 'u' }, 60);

    now = 59_999;
    expect(await codes.find('a')).toEqual({ uid: 'u' });
    now = 60_000;
    expect(await codes.find('a')).toBeUndefined();
    expect(await codes.findByUid('u')).toBeUndefined();
  });

  test('drops the tokens of a revoked grant and no others', async () => {
    const tokens = createMemoryStorage()('RefreshToken');
    await tokens.upsert('a', { grantId: 'one' }, 60);
    await tokens.upsert('b', { grantId: 'two' }, 60);

    await tokens.revokeByGrantId('one');

    expect(await tokens.find('a')).toBeUndefined();
    expect(await tokens.find('b')).toEqual({ grantId: 'two' });
  });

  test('separates models, and two providers in one process', async () => {
    const storage = createMemoryStorage();
    await storage('Session').upsert('id', { uid: 'u' }, 60);

    expect(await storage('Grant').find('id')).toBeUndefined();
    expect(await storage('Session').find('id')).toEqual({ uid: 'u' });
    expect(await createMemoryStorage()('Session').find('id')).toBeUndefined();
  });

  test('keeps a consumed entry and marks it, so that a replayed code is recognized', async () => {
    const codes = createMemoryStorage(() => 5_000)('AuthorizationCode');
    await codes.upsert('a', {}, 60);

    await codes.consume('a');

    expect(await codes.find('a')).toEqual({ consumed: 5 });
  });
});
