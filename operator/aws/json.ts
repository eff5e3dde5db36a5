import type * as z from 'zod';

/** Reads the JSON of a response. @returns undefined if it is no JSON, or has another shape */
export function parseJson<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
