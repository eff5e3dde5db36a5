import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { portsFrom } from '../../local/ports.ts';
import { localSettings } from '../../local/settings.ts';
import { synthesize } from '../../local/template/synth.ts';
import { temporaryDirectory } from '../temporary.ts';
import { withLock } from './lock.ts';
import { synthesizedOnce } from './synthesized.ts';

/** Every file of a synthesized app. */
function contents(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .toSorted()
      .map((path) => [path.slice(directory.length), readFileSync(path, 'utf8')]),
  );
}

interface Asset {
  source: { packaging: string };
  destinations: Record<string, unknown>;
}

/**
 * The same without the names of the templates' uploads: they are hashes of templates with their ports, and nothing is uploaded here.
 */
function withoutTemplateNames(files: Record<string, string>): Record<string, string> {
  const manifests = Object.entries(files).filter(([path]) => path.endsWith('.assets.json'));
  const names = manifests.flatMap(([, text]) =>
    Object.entries(JSON.parse(text).files as Record<string, Asset>)
      .filter(([, { source }]) => source.packaging === 'file')
      .flatMap(([name, { destinations }]) => [name, ...Object.keys(destinations)]),
  );
  // For each of the two stacks: the template and its upload.
  expect(names).toHaveLength(4);
  const without = (text: string) => names.reduce((left, name) => left.replaceAll(name, 'a-template'), text);
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, without(text)]));
}

it('a deployment of the tests runs the same app as a fresh synthesis, ports included', async () => {
  const directory = temporaryDirectory();
  const settingsPath = join(directory, 'settings.json');
  const adoption = { enabled: true };
  const provisionedConcurrency = { reconnect: 2, start: 1 };
  const { settings } = localSettings(portsFrom(23_456), { changes: { adoption, provisionedConcurrency } });
  writeFileSync(settingsPath, JSON.stringify(settings));
  expect(JSON.stringify(settings)).toContain(':23458');
  const { outDir } = await synthesizedOnce({ settingsPath, outDir: join(directory, 'kept') });
  const own = await synthesize({ settingsPath, outDir: join(directory, 'own') });
  const expected = contents(own.outDir);
  expect(Object.keys(expected).filter((path) => path.endsWith('index.mjs')).length).toBeGreaterThan(5);
  expect(JSON.stringify(expected)).toContain(':23458');
  expect(withoutTemplateNames(contents(outDir))).toEqual(withoutTemplateNames(expected));
});

describe('a synthesized app is reused', () => {
  let project: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  beforeEach(() => {
    project = temporaryDirectory();
    // An app that counts its runs, and repeats its settings.
    write(
      'infra/app.mjs',
      `import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
       appendFileSync('ran', 'x');
       const { settings } = JSON.parse(process.env.CDK_CONTEXT_JSON);
       mkdirSync(process.env.CDK_OUTDIR, { recursive: true });
       writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', readFileSync(settings));`,
    );
    write('cdk.json', JSON.stringify({ app: 'node infra/app.mjs' }));
    write('package-lock.json', '{}');
    write('lambdas/routes/start/handler.ts', 'export const a = 1;');
  });
  const made = async (settings: string) => {
    write('settings.json', settings);
    const { outDir } = await synthesizedOnce(
      {
        projectDirectory: project,
        settingsPath: join(project, 'settings.json'),
        outDir: join(project, 'out'),
      },
      join(project, 'kept'),
    );
    return readFileSync(join(outDir, 'manifest.json'), 'utf8');
  };
  const runs = () => readFileSync(join(project, 'ran'), 'utf8').length;
  const issuer = (port: number) => `{"issuer":"http://127.0.0.1:${port}"}`;

  it('on other ports, which appear unchanged in it', async () => {
    expect(await made(issuer(10_000))).toBe(issuer(10_000));
    expect(await made(issuer(4602))).toBe(issuer(4602));
    expect(runs()).toBe(1);
  });

  it.each([
    ['a function', 'lambdas/routes/start/handler.ts'],
    ['a new file of the deployment', 'infra/new.ts'],
    ['the lock of the packages', 'package-lock.json'],
    ['what npm installed', 'node_modules/.package-lock.json'],
    ['the context of the CDK', 'cdk.context.json'],
  ])('but never after a change of %s', async (_what, path) => {
    await made(issuer(1));
    write(path, '{ }');
    await made(issuer(1));
    expect(runs()).toBe(2);
  });

  it('but never for other settings', async () => {
    await made(issuer(1));
    await made(`${issuer(1)} `);
    expect(runs()).toBe(2);
  });

  it('by many deployments at once', async () => {
    write('settings.json', issuer(1));
    const one = (n: number) =>
      synthesizedOnce(
        {
          projectDirectory: project,
          settingsPath: join(project, 'settings.json'),
          outDir: join(project, `out-${n}`),
        },
        join(project, 'kept'),
      );
    await Promise.all([1, 2, 3, 4].map(one));
    expect(runs()).toBe(1);
  });

  it('where only a file time changed', async () => {
    await made(issuer(1));
    utimesSync(join(project, 'lambdas/routes/start/handler.ts'), 1, 1);
    await made(issuer(1));
    expect(runs()).toBe(1);
  });

  it("but not after a failure, which is reported every time with the settings' names", async () => {
    write(
      'infra/app.mjs',
      `console.error(JSON.parse(process.env.CDK_CONTEXT_JSON).settings + ': bad'); process.exit(1);`,
    );
    for (const _time of [1, 2])
      await expect(made('{}')).rejects.toThrow(`${join(project, 'settings.json')}: bad`);
    expect(readdirSync(join(project, 'kept'))).toEqual([]);
  });
});

it('a lock whose owner died is taken over', async () => {
  const path = join(temporaryDirectory(), 'lock');
  // No process has this id: it is above the system's limit.
  writeFileSync(path, '99999999');
  expect(await withLock(path, async () => 'mine')).toBe('mine');
  rmSync(path, { force: true });
});
