/**
 * The kinds of fields that the schema is made of. Each takes the sentence that tells a deployer what to write there.
 */
import * as z from 'zod';
import { hasToken } from './rules.ts';

/**
 * Text that passes a test, or has a token, which nobody can test before the deployment. What would pass without its last slash is
 * answered with that correction.
 */
export function text(allowed: string, test: (value: string) => boolean) {
  return z.custom<string>((value) => hasToken(value) || (typeof value === 'string' && test(value)), {
    error: ({ input }) => {
      if (typeof input !== 'string' || !input.endsWith('/') || !test(input.slice(0, -1))) return allowed;
      return `${JSON.stringify(input.slice(0, -1))}: remove the last /`;
    },
  });
}

export function numeric(min: number, max: number, what: string, test: (value: number) => boolean) {
  const fits = (value: unknown) => typeof value === 'number' && value >= min && value <= max && test(value);
  return z.custom<number>(fits, `${what} from ${min} to ${max}`);
}

export const whole = (min: number, max: number) => numeric(min, max, 'a whole number', Number.isSafeInteger);
export const amount = (min: number, max: number) => numeric(min, max, 'a number', Number.isFinite);
export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, values.map((value) => JSON.stringify(value)).join(' or '));
export const yesOrNo = () => z.boolean('true or false');

export function list(
  item: z.ZodType<string, string>,
  min: 0 | 1,
  allowed: string,
  max = Number.POSITIVE_INFINITY,
) {
  const few = max === Number.POSITIVE_INFINITY ? 'one or more' : `1 to ${max}`;
  const sentence = `a list of ${min === 0 ? 'any number of' : few} ${allowed}, each once`;
  return z
    .array(item, sentence)
    .min(min, sentence)
    .max(max, sentence)
    .refine((items) => new Set(items).size === items.length, sentence);
}

/** An object with known names only. For an unknown name the message is the list of known names; see `errors.ts`. */
export function object<const T extends z.ZodRawShape>(shape: T) {
  const names = Object.keys(shape).join(', ');
  const error: z.core.$ZodErrorMap = (issue) =>
    issue.code === 'unrecognized_keys' ? names : `an object with settings among ${names}`;
  return z.strictObject(shape, { error });
}
