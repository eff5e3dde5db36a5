import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const OURS = [
  '.ci',
  '.github',
  'bench',
  'client/src',
  'docs',
  'infra',
  'launch',
  'lambdas',
  'local',
  'operator',
  'test',
];

/** The files of this repository that Git would have, found without Git: a copy may come without its history. */
const files = [
  ...readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.git')
    .map(({ name }) => name),
  ...OURS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      // `npm run mutation` installs packages below test/.
      .filter((file) => !file.split(sep).includes('node_modules')),
  ),
];

test('a clone by Git for Windows, which writes CRLF by default, has every file byte for byte', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-git-'));
  const original = join(directory, 'original');
  const clone = join(directory, 'clone');
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(dirname(join(original, file)), { recursive: true });
    copyFileSync(join(root, file), join(original, file));
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: directory,
      // Without the variables of a Git hook that runs these tests: its repository must not be touched.
      env: { PATH: process.env.PATH, HOME: directory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  git('init', '-q', original);
  git('-C', original, '-c', 'core.autocrlf=false', '-c', 'core.safecrlf=false', 'add', '--all', '--force');
  git('-C', original, 'commit', '-q', '-m', 'All files');
  git('clone', '-q', '-c', 'core.autocrlf=true', original, clone);

  expect(files.length).toBeGreaterThan(600);
  const differ = files.filter(
    (file) => !readFileSync(join(clone, file)).equals(readFileSync(join(root, file))),
  );
  expect(differ).toEqual([]);
});
