/** What the repository's files import, read from their text: for the rules that ARCHITECTURE.md states. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export interface Source {
  /** Path from the repository's root, with `/`. */
  readonly path: string;
  /** The text without its comments. */
  readonly code: string;
}

export interface Import {
  readonly from: string;
  /** A path from the repository's root, or a package's name. */
  readonly to: string;
  /** Only types: nothing of it is left when the code runs. */
  readonly typeOnly: boolean;
}

/** Code without comments: a comment may well name what the code must not use. */
export function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}

/** Every source file below the given folders, but what is installed or built. */
export function sources(...folders: string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, name.split(sep).join('/')))
      .filter((path) => /\.(ts|tsx|mts|mjs|js)$/.test(path) && !/\/(node_modules|dist)\//.test(path))
      .toSorted()
      .map((path) => ({ path, code: withoutComments(readFileSync(join(root, path), 'utf8')) })),
  );
}

/** All imports and re-exports of a file, dynamic ones of a fixed name included. */
export function importsOf({ path, code }: Source): Import[] {
  const pattern =
    /\b(?:import|export)\b([^'";]*?)\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(pattern)].map(([, clause = '', from, bare]) => {
    const name = from ?? bare ?? '';
    return {
      from: path,
      to: name.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), name)) : name,
      typeOnly: isTypeOnly(clause),
    };
  });
}

/** `import type { A }`, or `import { type A, type B }`. */
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const [, names] = /^\s*\{([^}]*)\}\s*$/.exec(clause) ?? [];
  return names?.split(',').every((name) => name.trim() === '' || /^\s*type\s/.test(name)) ?? false;
}

/** The folder that a file lies in. */
export const folderOf = (path: string) => posix.dirname(path);

/**
 * The first circle in a graph, as the names along it, or undefined.
 * @param edges what each name leads to
 */
export function circle(edges: ReadonlyMap<string, Iterable<string>>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  function visit(name: string): string[] | undefined {
    if (done.has(name)) return undefined;
    const at = path.indexOf(name);
    if (at >= 0) return [...path.slice(at), name];
    path.push(name);
    for (const next of edges.get(name) ?? []) {
      const found = visit(next);
      if (found) return found;
    }
    path.pop();
    done.add(name);
    return undefined;
  }
  for (const name of edges.keys()) {
    const found = visit(name);
    if (found) return found;
  }
  return undefined;
}

/** The imports between files, or between their folders, as a graph. */
export function graph(imports: readonly Import[], nameOf = (path: string) => path): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [one, other] = [nameOf(from), nameOf(to)];
    if (one === other) continue;
    edges.set(one, (edges.get(one) ?? new Set()).add(other));
  }
  return edges;
}
