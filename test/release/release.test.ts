import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { manifestOf, PACKAGES, root } from '../../release/packages.ts';
import { temporaryDirectory } from '../temporary.ts';
import { earlierVersions, ROUTES } from '../upgrade/versions.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/release.md');
const workflow = read('.github/workflows/release.yml');
const scripts = JSON.parse(read('package.json')).scripts;

describe('the packages of a release', () => {
  it('stand in docs/release.md by the names of their package.json', () => {
    const rows = [...page.matchAll(/^\| `([\w@/-]+)` \| `([\w/]+)` \|/gm)].map(([, name, folder]) => ({
      name,
      folder,
    }));
    expect(rows.length).toBeGreaterThan(2);
    for (const each of PACKAGES) {
      expect(rows).toContainEqual({ name: manifestOf(each).name, folder: each.folder });
    }
  });

  it('have one version, a licence and a script that tries them', () => {
    expect(new Set(PACKAGES.map((each) => manifestOf(each).version)).size).toBe(1);
    for (const each of PACKAGES) {
      expect(manifestOf(each)).toMatchObject({
        license: 'Apache-2.0',
        scripts: { prepack: expect.any(String) },
      });
      expect(existsSync(join(root, 'release', 'tries', each.tryOut)), each.tryOut).toBe(true);
    }
  });

  it('are tried by their own names, and nothing of this repository is beside them', () => {
    for (const each of PACKAGES) {
      const code = read(`release/tries/${each.tryOut}`);
      const imported = [...code.matchAll(/(?:from|import|require\() ?'([^']+)'/g)].map(
        ([, name = '']) => name,
      );
      expect(imported).toContain(manifestOf(each).name);
      expect(imported.filter((name) => name.startsWith('.'))).toEqual([]);
    }
  });

  it('are kept for the upgrade tests: this version, or the one before it while it is not released', () => {
    const { version } = manifestOf({ folder: 'client' });
    const released = [...read('CHANGELOG.md').matchAll(/^## (\S+) \(\d{4}-/gm)].map(([, each]) => each);
    for (const each of released) expect(earlierVersions).toContain(each);
    expect(earlierVersions.length).toBeGreaterThan(0);
    expect(earlierVersions.filter((each) => each !== version && !released.includes(each))).toEqual([]);
  });
});

describe('the workflow of a release', () => {
  it('runs what docs/release.md says, by the tag', () => {
    expect(workflow).toContain('npm run pack:all -- --tag "$GITHUB_REF_NAME" --into packages');
    expect(page).toContain('`npm run pack:all -- --tag v0.2.0`');
    for (const name of ['pack:all', 'freeze']) expect(scripts).toHaveProperty(name);
  });

  it('lets only the job that runs no code of the repository prove to npm where it runs', () => {
    const [before = '', publish = ''] = workflow.split('\n  publish:\n');
    expect(before).not.toContain('id-token');
    expect(publish).toContain('id-token: write');
    expect(publish).not.toMatch(/checkout|npm run|npm ci|npm install/);
    expect(publish).toContain('--provenance');
  });

  it('names each action by its commit: a tag can be moved', () => {
    const actions = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
    expect(actions.length).toBeGreaterThan(2);
    for (const action of actions) expect(action).toMatch(/@[0-9a-f]{40}$/);
  });
});

test('npm run freeze keeps the functions, the client and the settings of this version', () => {
  const folder = temporaryDirectory();
  const { status, stderr } = spawnSync(process.execPath, ['release/freeze.ts', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  for (const version of [folder, join(root, 'test', 'upgrade', 'versions', '0.1.0')]) {
    expect(readdirSync(version).toSorted()).toEqual(['client.js', 'functions.js', 'settings.json']);
  }
  const [exported] = readFileSync(join(folder, 'functions.js'), 'utf8').match(/export\{[^}]*\}/) ?? [];
  for (const name of ROUTES) expect(exported).toMatch(new RegExp(`as ${name}\\b`));
  expect(readFileSync(join(folder, 'client.js'), 'utf8')).toMatch(/as createStream\b/);
});

describe('npm run pack:all', () => {
  const packAll = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['release/main.ts', ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  it('packs nothing for a tag that can’t be published, and says in a sentence why', () => {
    const { status, stdout, stderr } = packAll('--tag', 'v99.0.0');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('CHANGELOG.md has no entry "## 99.0.0 (date)": write what changed.');
  });

  it('says what it does, and what is wrong with an option', () => {
    expect(packAll('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--tag TAG') });
    expect(packAll('--tags')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^Unknown option '--tags'.*--help\n$/),
    });
  });
});

it('npm publish of the emulator is refused until its package.json says where the source and the pages are', () => {
  const { status, stderr } = spawnSync(process.execPath, ['../release/publish.mjs', 'emulator'], {
    cwd: join(root, 'emulator'),
    encoding: 'utf8',
  });
  const { repository, homepage, scripts: own } = JSON.parse(read('emulator/package.json'));
  expect(own.prepublishOnly).toBe('node ../release/publish.mjs emulator');
  expect(status).toBe(repository && homepage ? 0 : 1);
  if (!repository) expect(stderr).toContain('into emulator/package.json first');
});
