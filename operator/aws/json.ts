import type * as z from 'zod';
import { EXIT, Failure } from '../cli/failure.ts';

/** Reads the JSON of a response. @returns undefined if it is no JSON, or has another shape */
export function parseJson<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Reads the JSON of an AWS service's response. @throws Failure if it is no JSON, or has another shape */
export function requireJson<T>(schema: z.ZodType<T>, text: string): T {
  const value = parseJson(schema, text);
  if (value === undefined) throw new Failure('its answer cannot be read', EXIT.failed);
  return value;
}
