import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { officialWebSdk, webSdkPlugins } from '../../../local/console/web-sdk-bundle.ts';

const PAGE = fileURLToPath(new URL('../../../local/console/page', import.meta.url));
const UMD = `!function(e,t){"object"==typeof exports&&"object"==typeof module?module.exports=t():e.gameliftstreams=t()}
(globalThis,()=>({GameLiftStreams:class{name(){return "from a UMD file"}}}));`;
const MODULE = 'export class GameLiftStreams { name() { return "from a module"; } }';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rejoin-web-sdk-'));
  writeFileSync(join(directory, 'umd.js'), UMD);
  writeFileSync(join(directory, 'module.mjs'), MODULE);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Bundles a page with this environment, and runs it. */
async function pageWith(environment: NodeJS.ProcessEnv): Promise<string> {
  const contents = `import { GameLiftStreams } from './web-sdk.ts'; globalThis.made = new GameLiftStreams().name();`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: PAGE },
    bundle: true,
    format: 'esm',
    write: false,
    plugins: webSdkPlugins(officialWebSdk(environment)),
  });
  return outputFiles[0]?.text ?? '';
}

async function run(script: string): Promise<unknown> {
  await import(`data:text/javascript;base64,${Buffer.from(script).toString('base64')}`);
  return (globalThis as { made?: unknown }).made;
}

describe('a page’s Web SDK', () => {
  test.each([
    ['umd.js', 'from a UMD file'],
    ['module.mjs', 'from a module'],
  ])('is the official one where REJOIN_WEB_SDK names it: %s', async (file, name) => {
    expect(await run(await pageWith({ REJOIN_WEB_SDK: join(directory, file) }))).toBe(name);
  });

  test('is the stand-in without REJOIN_WEB_SDK', async () => {
    for (const environment of [{}, { REJOIN_WEB_SDK: '' }])
      expect(await pageWith(environment)).toContain('generateSignalRequest');
  });

  test('is never the stand-in when the named file is missing: the error names the path', () => {
    const missing = join(directory, 'missing.js');
    expect(() => officialWebSdk({ REJOIN_WEB_SDK: missing })).toThrow(
      `REJOIN_WEB_SDK names ${missing}: there is no such file.`,
    );
  });
});
