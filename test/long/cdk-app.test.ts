import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { delimiter, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { RejoinOperator } from '../../infra/operator.ts';
import { Rejoin } from '../../infra/rejoin.ts';
import { exampleApp, manifest, pack, run } from '../infra/package/packed.ts';
import { minimal } from '../infra/synth.ts';
import { temporaryDirectory } from '../temporary.ts';

/** The oldest versions that the package takes. */
const oldest = (peer: string): string => manifest.peerDependencies[peer].replace('^', '');

interface ForeignApp {
  readonly what: string;
  /** What is installed beside the tarball. */
  readonly packages: readonly string[];
  /** The oldest Node that the CDK supports, where npm has a build of it for this machine; else this process's own. */
  readonly node?: string;
  readonly command?: string;
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
}

/** What is changed in the app's JSON files. */
interface AppFile {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
}

const apps: ForeignApp[] = [
  {
    what: 'with the oldest CDK that has what we use, CommonJS, ts-node and Node 20',
    packages: [
      `aws-cdk-lib@${oldest('aws-cdk-lib')}`,
      `constructs@${oldest('constructs')}`,
      'typescript@5.9.3',
      'ts-node@10.9.2',
    ],
    node: '20.20.2',
    command: 'npx ts-node --prefer-ts-exts bin/arcade.ts',
    compilerOptions: { module: 'commonjs', moduleResolution: 'node10', isolatedModules: false },
  },
  {
    what: 'with the newest CDK, as `cdk init` makes it',
    packages: ['aws-cdk-lib@latest', 'constructs@latest'],
  },
];

/** The names of the assets that a checkout makes. */
let assets: string[];
let tarball: string;

beforeAll(() => {
  const app = new App({ outdir: temporaryDirectory() });
  const rejoin = new Rejoin(new Stack(app, 'Arcade'), 'Rejoin', { ...minimal, operators: [] });
  new RejoinOperator(Stack.of(rejoin), 'Operators', rejoin);
  assets = assetsIn(app.synth().directory);
  tarball = pack(temporaryDirectory());
});

const assetsIn = (folder: string) => readdirSync(folder).filter((file) => file.startsWith('asset.'));

function npmInstall(folder: string, ...packages: string[]): void {
  run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev', ...packages],
    folder,
  );
}

/** The folder with that Node. */
function nodeFolder(version: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'package.json'), '{}');
  npmInstall(folder, `node-linux-${arch()}@${version}`);
  return join(folder, 'node_modules', `node-linux-${arch()}`, 'bin');
}

describe.each(apps)('a plain CDK app $what', ({ packages, node, command, compilerOptions }) => {
  test('installs the tarball, compiles, and synthesizes the code of a checkout without esbuild or Docker', () => {
    const app = join(temporaryDirectory(), 'arcade');
    cpSync(exampleApp, app, { recursive: true });
    const edit = (file: string, change: (content: AppFile) => object) => {
      const path = join(app, file);
      writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
    };
    if (command !== undefined) {
      edit('cdk.json', (cdk) => ({ ...cdk, app: command }));
      edit('package.json', (mine) => {
        const { tsx: _, typescript: __, ...devDependencies } = mine.devDependencies;
        return { ...mine, devDependencies };
      });
    }
    edit('tsconfig.json', (mine) => ({
      ...mine,
      compilerOptions: { ...mine.compilerOptions, ...compilerOptions },
    }));
    npmInstall(app, tarball, ...packages);
    // tsx brings its own; the other app has none at all.
    if (command !== undefined) expect(existsSync(join(app, 'node_modules', 'esbuild'))).toBe(false);
    const bin = node === undefined ? undefined : nodeFolder(node);
    const path = [...(bin === undefined ? [] : [bin]), process.env.PATH].join(delimiter);
    const home = join(app, 'home');
    mkdirSync(home);
    const cdk = join(app, 'node_modules', 'aws-cdk', 'bin', 'cdk');
    run('node', [cdk, 'synth', '--quiet', '--no-notices'], app, {
      PATH: path,
      HOME: home,
      CDK_DOCKER: join(home, 'no-docker'),
    });
    expect(assetsIn(join(app, 'cdk.out'))).toEqual(assets);
    const template = JSON.parse(readFileSync(join(app, 'cdk.out', 'Arcade.template.json'), 'utf8'));
    expect(Object.keys(template.Outputs)).toEqual(expect.arrayContaining(['ApiUrl', 'Issuer', 'ClientId']));
    const live = readFileSync(join(app, 'cdk.out', 'ArcadeLive.template.json'), 'utf8');
    expect(Object.keys(JSON.parse(live).Outputs)).toEqual(
      expect.arrayContaining(['ApiUrl', 'Issuer', 'OperatorApiUrl']),
    );
    expect(live).toContain('kms:ViaService');
  });
});
