import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

interface Import {
  /** The importing file, from operator/ on. */
  file: string;
  /** A file or package: `operator/cli/print.ts`, `node:path`, `@aws-sdk/client-gameliftstreams`. */
  target: string;
}

/** The imports of a file, static and dynamic. */
function importsOf(file: string): Import[] {
  const code = readFileSync(join(root, 'operator', file), 'utf8');
  return [...code.matchAll(/\bfrom '([^']+)'|\bimport(?: |\()'([^']+)'/g)].map(([, from, other]) => {
    const name = from ?? other ?? '';
    const isFile = name.startsWith('.');
    const path = resolve(root, 'operator', dirname(file), name);
    return { file, target: isFile ? relative(root, path) : name };
  });
}

const files = readdirSync(join(root, 'operator'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(ts|mjs)$/.test(name),
);
const imports = files.flatMap(importsOf);
const roomOf = (path: string) => dirname(path);
const isFile = ({ target }: Import) => /\.(ts|mjs)$/.test(target);

/** The other rooms of operator/ that each room may import. */
const ROOMS: Readonly<Record<string, string[]>> = {
  operator: ['operator/cli', 'operator/commands'],
  'operator/cli': [],
  'operator/aws': ['operator/cli'],
  'operator/commands': ['operator/cli', 'operator/aws'],
  'operator/doctor': ['operator/cli', 'operator/aws'],
};

/** The files outside of operator/ that each room imports. */
const OUTSIDE: Readonly<Record<string, string[]>> = {
  // The launcher runs before any package is installed.
  operator: ['launch/loopback.mjs', 'launch/node.mjs', 'launch/run.mjs'],
  'operator/cli': ['local/endpoints.ts'],
  'operator/aws': [],
  'operator/commands': ['lambdas/identifiers/player-id.ts'],
  'operator/doctor': [
    'infra/settings/deployed.ts',
    'infra/settings/problems.ts',
    'infra/settings/settings.ts',
    'infra/settings/source.ts',
    'infra/settings/storm.ts',
    'infra/settings/warnings.ts',
    'local/endpoints.ts',
  ],
};

describe('operator/', () => {
  it('has the rooms that this test knows', () => {
    expect(files.length).toBeGreaterThan(40);
    expect([...new Set(files.map((file) => roomOf(join('operator', file))))].toSorted()).toEqual(
      Object.keys(ROOMS).toSorted(),
    );
  });

  it('imports only packages that an installation brings', () => {
    const packages = imports
      .filter((each) => !isFile(each) && !each.target.startsWith('node:'))
      .map(({ target }) =>
        target
          .split('/')
          .slice(0, target.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  });

  it.each(Object.entries(ROOMS))(
    '%s imports only rooms of operator/ that it may: the doctor and the commands never import each other',
    (room, allowed) => {
      const foreign = imports.filter(
        (each) =>
          roomOf(join('operator', each.file)) === room &&
          isFile(each) &&
          each.target.startsWith('operator/') &&
          ![room, ...allowed].includes(roomOf(each.target)),
      );
      expect(foreign).toEqual([]);
    },
  );

  it.each(Object.entries(OUTSIDE))(
    '%s imports exactly the files outside of operator/ that are named here',
    (room, allowed) => {
      const outside = imports.filter(
        (each) =>
          roomOf(join('operator', each.file)) === room &&
          isFile(each) &&
          !each.target.startsWith('operator/'),
      );
      expect([...new Set(outside.map(({ target }) => target))].toSorted()).toEqual(allowed.toSorted());
    },
  );
});
