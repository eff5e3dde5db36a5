import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** What the command line shares with the deployment, so that both mean the same by it. */
const SHARED = ['../lambdas/identifiers/player-id.ts', '../local/endpoints.ts'];
/** What its launcher uses, before any package is loaded. */
const LAUNCH = ['../launch/loopback.mjs', '../launch/node.mjs', '../launch/run.mjs'];

/** What a file imports that is neither its own folder's nor Node's. */
function foreignImports(code: string): string[] {
  return [...code.matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)]
    .map(([, from, dynamic]) => from ?? dynamic ?? '')
    .filter((name) => !name.startsWith('./') && !name.startsWith('node:'));
}

describe("the operator's command line", () => {
  const files = readdirSync(join(root, 'operator'));
  const imports = files.flatMap((file) => foreignImports(readFileSync(join(root, 'operator', file), 'utf8')));

  it('runs with what an installation of the package brings, and needs nothing of what is deployed but two rules', () => {
    expect(files.length).toBeGreaterThan(10);
    const packages = imports.filter((name) => ![...SHARED, ...LAUNCH].includes(name));
    const names = packages.map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
    expect(names.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  });

  it('shares with the deployment how a player is called and where the local one answers', () => {
    expect(imports.filter((name) => name.startsWith('.')).sort()).toEqual([...SHARED, ...LAUNCH].sort());
  });
});
