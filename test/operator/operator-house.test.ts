import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderOf, type Import, importsOf, root, sources } from '../house/imports.ts';

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const files = sources('operator');
const imports = files.flatMap(importsOf);
const isFile = ({ to }: Import) => /\.(ts|mjs)$/.test(to);
const filesImportedBy = (room: string) =>
  imports.filter((each) => folderOf(each.from) === room && isFile(each)).map(({ to }) => to);

/** The other rooms of operator/ that each room may import. */
const ROOMS: Readonly<Record<string, string[]>> = {
  operator: ['operator/cli', 'operator/commands'],
  'operator/aws': ['operator/cli'],
  'operator/case': ['operator/cli', 'operator/aws'],
  'operator/cli': [],
  'operator/commands': ['operator/cli', 'operator/aws', 'operator/case'],
  'operator/conformance': ['operator/cli', 'operator/aws', 'operator/play'],
  'operator/conformance/page': ['operator/conformance'],
  'operator/doctor': ['operator/cli', 'operator/aws'],
  'operator/play': ['operator/cli', 'operator/aws', 'operator/doctor'],
};

/** These run from a checkout alone, which has a browser's driver and a bundler. */
const FROM_A_CHECKOUT = ['operator/play', 'operator/conformance', 'operator/conformance/page'];

/** The files outside of operator/ that each room imports. */
const OUTSIDE: Readonly<Record<string, string[]>> = {
  // The launcher runs before any package is installed.
  operator: ['launch/loopback.mjs', 'launch/node.mjs', 'launch/run.mjs'],
  'operator/aws': ['contract/routes.ts'],
  'operator/case': [],
  'operator/cli': ['local/endpoints.ts'],
  'operator/commands': [
    'contract/operator-problems.ts',
    'contract/routes.ts',
    'lambdas/identifiers/player-id.ts',
  ],
  'operator/conformance': [
    'bench/browser/chromium.ts',
    'bench/browser/routed-page.ts',
    'emulator/model/settings.ts',
    'local/console/bundle-page.ts',
  ],
  'operator/conformance/page': ['local/console/page/web-sdk.ts'],
  'operator/doctor': [
    'contract/problems.ts',
    'contract/routes.ts',
    'infra/settings/deployed.ts',
    'infra/settings/errors.ts',
    'infra/settings/reconnect-capacity.ts',
    'infra/settings/rules.ts',
    'infra/settings/settings.ts',
    'infra/settings/source.ts',
    'infra/settings/warnings.ts',
    'lambdas/identifiers/player-id.ts',
    'local/endpoints.ts',
  ],
  'operator/play': [
    'bench/browser/chromium.ts',
    'local/console/config.ts',
    'local/console/discovery.ts',
    'local/console/server.ts',
    'local/identity/token.ts',
  ],
};

describe('operator/', () => {
  it('has only rooms that this test knows', () => {
    expect(files.length).toBeGreaterThan(40);
    expect([...new Set(files.map(({ path }) => folderOf(path)))].toSorted()).toEqual(Object.keys(ROOMS));
  });

  it('imports only packages that an installation brings', () => {
    const packages = imports
      .filter((each) => !isFile(each) && !each.to.startsWith('node:'))
      .filter(({ from }) => !FROM_A_CHECKOUT.includes(folderOf(from)))
      .map(({ to }) =>
        to
          .split('/')
          .slice(0, to.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  });

  it.each(Object.entries(ROOMS))(
    'lets %s import no other room than it may: the doctor and the commands never import each other',
    (room, allowed) => {
      const others = filesImportedBy(room).filter((path) => path.startsWith('operator/'));
      expect(others.filter((path) => ![room, ...allowed].includes(folderOf(path)))).toEqual([]);
    },
  );

  it.each(Object.entries(OUTSIDE))(
    'lets %s import exactly the files of other houses that are named here',
    (room, allowed) => {
      const others = filesImportedBy(room).filter((path) => !path.startsWith('operator/'));
      expect([...new Set(others)].toSorted()).toEqual(allowed);
    },
  );
});
