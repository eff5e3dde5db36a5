import { Problem } from '../problems/problems.ts';
import type { Claims } from './claims.ts';
import { claimAt } from './claims.ts';

/** Where the text of a placeholder ends up. */
export type Place = 'argument' | 'variable';

/** The longest value of a claim that a placeholder takes, in characters. AWS allows 4,096 for a whole variable. */
const LONGEST_VALUE = 256;

/**
 * What a claim may bring into an argument. Windows and Proton make one command line of all arguments, so neither spaces nor
 * quotes can get in. A value that opens an argument begins with a letter or digit, so that it can't become an option.
 */
const IN_ARGUMENT = /^[A-Za-z0-9._@:+=|~-]*$/;
const OPENING_ARGUMENT = /^[A-Za-z0-9]/;
/** A variable takes any text of one line. */
const IN_VARIABLE = /^\P{Cc}*$/u;

/** `{{` and `}}` stand for braces, `{name}` for the claim of that name. */
const PLACEHOLDER = /\{\{|\}\}|\{([^{}]+)\}/g;

/**
 * Fills in a text of the settings.
 *
 * @param text its placeholders are well-formed: synthesis has checked them
 * @throws Problem `start_not_allowed` naming the claim that is missing, or whose value does not fit there
 */
export function filledIn(text: string, claims: Claims, place: Place): string {
  return text.replace(PLACEHOLDER, (found, name: string | undefined, at: number) =>
    name === undefined ? found.charAt(0) : claimText(name, claims, place, at === 0),
  );
}

function claimText(name: string, claims: Claims, place: Place, opening: boolean): string {
  const claim = claimAt(claims, name);
  if (typeof claim !== 'string' && typeof claim !== 'number' && typeof claim !== 'boolean') {
    throw refused(name, claim === undefined ? 'is missing' : 'is not a text, a number or a truth value');
  }
  const value = String(claim);
  const fits =
    place === 'variable'
      ? IN_VARIABLE.test(value) && value.isWellFormed()
      : IN_ARGUMENT.test(value) && (!opening || OPENING_ARGUMENT.test(value));
  if (!fits || value.length > LONGEST_VALUE)
    throw refused(name, `has a value that does not fit into the game's ${place}s`);
  return value;
}

/** The claim's name is the deployer's; its value is the player's, and is not repeated. */
function refused(name: string, complaint: string): Problem {
  return new Problem('start_not_allowed', `The token's claim ${JSON.stringify(name)} ${complaint}.`);
}
