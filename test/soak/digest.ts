import { createHash } from 'node:crypto';

/** Tells texts apart in 16 characters: a soak remembers thousands of offers and answers. */
export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 16);
