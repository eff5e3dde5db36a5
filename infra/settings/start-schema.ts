/** The setting `start`: conditions on claims and what they give, and what a page may choose. */
import * as z from 'zod';
import { list, object, text, whole, yesOrNo } from './fields.ts';
import { isAwsId, isLocation } from './rules.ts';

/** AWS's limits (API reference, StartStreamSession). Lengths are in characters. */
const mostVariables = 50;
const longestVariable = 4096;
const mostArguments = 100;
/** AWS names none. Longer ones are mistakes. */
const longestArgument = 1024;

/** Text of one line in which `{name}` is a claim, and `{{` and `}}` are braces. */
function isTemplate(value: unknown, longest: number): value is string {
  if (typeof value !== 'string' || value.length > longest) return false;
  return /^(?:[^{}\p{Cc}]|\{\{|\}\}|\{[^{}\p{Cc}]+\})*$/u.test(value);
}

function areVariables(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const variables = Object.entries(value);
  return (
    variables.length <= mostVariables &&
    variables.every(
      ([name, template]) =>
        /^[_a-zA-Z][_a-zA-Z0-9]{0,255}$/.test(name) && isTemplate(template, longestVariable),
    )
  );
}

function isClaim(value: unknown): value is string | string[] {
  const names: unknown[] = Array.isArray(value) ? value : [value];
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '');
}

function isClaimValue(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

const claimValue = () =>
  z.custom<string | number | boolean>(isClaimValue, 'a text, a number, true or false, as the token has it');

const condition = object({
  claim: z.custom<string | string[]>(
    isClaim,
    'the name of a claim such as "plan", or the names on the way to it such as ["realm_access", "roles"]',
  ),
  /** The claim has this value, of the same type. */
  equals: claimValue().optional(),
  /** The claim is a list with this element. */
  contains: claimValue().optional(),
  /** Whether the token has the claim, with any value but null. */
  present: yesOrNo().optional(),
}).refine(
  ({ equals, contains, present }) =>
    [equals, contains, present].filter((comparison) => comparison !== undefined).length === 1,
  'beside "claim" exactly one of "equals", "contains" and "present"',
);

const give = object({
  additionalEnvironmentVariables: z
    .custom<Record<string, string>>(
      areVariables,
      `an object of at most ${mostVariables} variables such as {"PLAN": "{plan}"}: names of letters, digits and _, values of one line with at most ${longestVariable} characters, in which {name} is a claim and {{ a brace`,
    )
    .optional(),
  additionalLaunchArgs: z
    .custom<string[]>(
      (value) =>
        Array.isArray(value) &&
        value.length <= mostArguments &&
        value.every((argument) => argument !== '' && isTemplate(argument, longestArgument)),
      `a list of at most ${mostArguments} arguments such as ["-plan={plan}"]: one line each with 1 to ${longestArgument} characters, in which {name} is a claim and {{ a brace`,
    )
    .optional(),
  sessionLengthSeconds: whole(1, 86_400).optional(),
  connectionTimeoutSeconds: whole(1, 3600).optional(),
  applications: list(
    text('an application id such as "a-9ZY8X7Wv6"', isAwsId),
    1,
    'application ids',
  ).optional(),
  locations: list(text('a location such as "us-west-2"', isLocation), 1, 'locations').optional(),
});

const ruleList = 'a list of one or more rules: {"when": [conditions], "give": {...}}';

export const startSchema = object({
  /** The first rule that fits a player's token decides. A player whom no rule fits can't start a session. */
  rules: z
    .array(
      object({ when: z.array(condition, 'a list of conditions').default([]), give: give.prefault({}) }),
      ruleList,
    )
    .min(1, ruleList)
    .optional(),
  /** The sizes of the picture that a page may choose from, in pixels. Without it AWS decides: 1920 x 1080. */
  resolutions: z
    .array(object({ width: whole(320, 4096), height: whole(320, 4096) }), 'a list of {"width", "height"}')
    .min(1, 'one or more sizes such as {"width": 1280, "height": 720}, or leave it out')
    .optional(),
  /** AWS sends the client statistics of the game's machine. AWS warns against it for end users. */
  performanceStats: yesOrNo().default(false),
});
