/** `npm run pack:all`: packs every package, installs each outside the checkout, and uses it there. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { manifestOf, npm, PACKAGES, type PackageFolder, pack, root } from './packages.ts';
import { notReady } from './ready.ts';

const HELP = `Packs all packages. Then it installs each tarball in its own folder outside the checkout, and uses it there.

  npm run pack:all -- [options]

  --into FOLDER  the folder for the tarballs (default .local/packages)
  --tag TAG      checks first whether this tag may be published, and exits with code 1 if not. CHANGELOG.md must have an entry with
                   a date. Each package.json must have the tag's version, the address of its source, and the address of its pages
  --help         shows this text

Other packages come from the npm registry. The command publishes nothing.`;

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        into: { type: 'string', default: join(root, '.local', 'packages') },
        tag: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message.split('. ')[0]}. See: npm run pack:all -- --help`);
  }
}

/** Installs a tarball in a new project, and runs its script there. @returns what the script printed */
function tryOut({ tryOut, beside }: PackageFolder, tarball: string): string {
  const project = mkdtempSync(join(tmpdir(), 'rejoin-packed-'));
  try {
    writeFileSync(join(project, 'package.json'), '{ "name": "foreign", "private": true, "type": "module" }');
    npm(
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', tarball, ...beside],
      project,
    );
    cpSync(join(root, 'release', 'tries', tryOut), join(project, tryOut));
    const { status, stdout, stderr } = spawnSync(process.execPath, [tryOut], {
      cwd: project,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${tryOut} failed with the installed package:\n${stdout}${stderr}`);
    return stdout.trim();
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

const { into, tag, help } = readArguments();
if (help) {
  console.log(HELP);
  process.exit(0);
}
if (tag !== undefined) {
  const packages = PACKAGES.map((each) => ({ ...each, manifest: manifestOf(each) }));
  const sentences = notReady(tag, packages, readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  if (sentences.length > 0) fail(sentences.join('\n'));
}
const destination = resolve(into);
rmSync(destination, { recursive: true, force: true });
mkdirSync(destination, { recursive: true });
for (const each of PACKAGES) {
  const { name, version } = manifestOf(each);
  try {
    const tarball = pack(each, destination);
    console.log(`${name} ${version}: ${tarball}\n  ${tryOut(each, tarball)}`);
  } catch (error) {
    fail(`${name} ${version}: ${(error as Error).message}`);
  }
}
