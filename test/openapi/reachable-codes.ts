import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');

/** Where a refusal is made: its code stands there as a literal, or nobody can read which codes there are. */
const MADE = /\bnew (?:Operator)?Problem\(\s*(?:"([a-z_]+)")?/g;
/** Whatever else the code does with the class of refusals: none of this makes one. */
const HARMLESS =
  /\bvar Problem ?= ?class extends Error\b|\bname ?= ?"Problem"|\bvar OperatorProblem ?= ?Problem;|\binstanceof Problem\b/g;

/**
 * The codes of all refusals that are made somewhere in the code of a function, the modules that it imports included, and
 * of those only what is used: esbuild leaves out what no way leads to, function by function.
 *
 * @param entry the function's entry point, from the repository's root.
 * @throws Error where a refusal's code is not a literal, or the class goes by another name
 */
export function reachableCodes(entry: string, code = reachableCode(entry)): Set<string> {
  const made = [...code.matchAll(MADE)];
  for (const [text, literal] of made) {
    if (literal === undefined) throw new Error(`${entry}: the code of "${text.trim()}" is not a literal`);
  }
  const rest = code.replaceAll(MADE, ' ').replaceAll(HARMLESS, ' ');
  const [strange] = /.{0,40}\b(?:Operator)?Problem\d*\b.{0,40}/.exec(rest) ?? [];
  if (strange !== undefined) throw new Error(`${entry}: who can tell what this refuses: ${strange.trim()}`);
  return new Set(made.map(([, literal = '']) => literal));
}

function reachableCode(entry: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, entry)],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    tsconfigRaw: {},
    legalComments: 'none',
    // Comments in the middle of functions stay otherwise, and may well name what code must not do.
    minifyWhitespace: true,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
