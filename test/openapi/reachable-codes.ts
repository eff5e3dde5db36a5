import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');

/** Where a problem is created. Its code must be a literal, or this can not read it. */
const CREATED = /\bnew (?:Operator)?Problem\(\s*(?:"([a-z_]+)")?/g;
/** Other uses of the class: none of these creates a problem with another code. `_Problem` is the class within itself: it copies a problem. */
const OTHER_USES =
  /\bvar Problem ?= ?class(?: _Problem)? extends Error\b|\bname ?= ?"Problem"|\bvar OperatorProblem ?= ?Problem;|\binstanceof Problem\b/g;

/**
 * The codes of all problems that a function's code creates, including its modules. esbuild leaves out unused functions, so only
 * reachable codes count.
 *
 * @param entry the function's entry file, from the repository's root
 * @throws {Error} when a code is not a literal, or the class has another name
 */
export function reachableCodes(entry: string, code = reachableCode(entry)): Set<string> {
  const created = [...code.matchAll(CREATED)];
  for (const [text, literal] of created) {
    if (literal === undefined) throw new Error(`${entry}: the code of "${text.trim()}" is not a literal`);
  }
  const rest = code.replaceAll(CREATED, ' ').replaceAll(OTHER_USES, ' ');
  const [unreadable] = /.{0,40}\b(?:Operator)?Problem\d*\b.{0,40}/.exec(rest) ?? [];
  if (unreadable !== undefined)
    throw new Error(`${entry}: who can tell what this refuses: ${unreadable.trim()}`);
  return new Set(created.map(([, literal = '']) => literal));
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
    // Removes comments inside functions too, which may name what code must not do.
    minifyWhitespace: true,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
