import type { Condition, Given, StartRule } from '../../contract/start-rules.ts';
import { Problem } from '../problems/problems.ts';
import { type Claims, claimAt } from './claims.ts';
import { filledIn } from './placeholders.ts';

/** AWS's limit, in characters (API reference, EnvironmentVariables). */
const LONGEST_VARIABLE = 4096;

/**
 * What the first rule that fits gives, with its placeholders filled in.
 *
 * @throws Problem `start_not_allowed` where no rule fits, or a claim does not fit into its placeholder
 */
export function givenBy(rules: readonly StartRule[], claims: Claims): Given {
  const rule = rules.find(({ when }) => when.every((condition) => holds(condition, claims)));
  if (!rule)
    throw new Problem('start_not_allowed', 'No start rule of this API fits the account that is signed in.');
  const { additionalEnvironmentVariables: variables, additionalLaunchArgs: launchArguments } = rule.give;
  return {
    ...rule.give,
    ...(variables && {
      additionalEnvironmentVariables: Object.fromEntries(
        Object.entries(variables).map(([name, text]) => [
          name,
          variable(name, filledIn(text, claims, 'variable')),
        ]),
      ),
    }),
    ...(launchArguments && {
      additionalLaunchArgs: launchArguments.map((text) => filledIn(text, claims, 'argument')),
    }),
  };
}

/** @throws Problem where AWS would refuse the value as too long: a long claim is no fault of the settings. */
function variable(name: string, value: string): string {
  if (value.length <= LONGEST_VARIABLE) return value;
  throw new Problem('start_not_allowed', `The token's claims make the game's variable ${name} too long.`);
}

function holds({ claim, equals, contains, present }: Condition, claims: Claims): boolean {
  const value = claimAt(claims, claim);
  if (equals !== undefined) return value === equals;
  if (contains !== undefined) return Array.isArray(value) && value.includes(contains);
  return present === (value !== undefined && value !== null);
}
